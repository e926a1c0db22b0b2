// Arrays hold numbers of type REAL; sums are kept in type SUM.
#ifndef CONVBOOK_COMMON
#define CONVBOOK_COMMON
#include "ptx.cuh"

// A number of 16 bits, for storage; arithmetic is in float.
struct Half {
    unsigned short bits;
    Half() = default;
    __device__ Half(float value) : bits(float_to_half(value)) {}
    __device__ operator float() const { return half_to_float(bits); }
};

typedef long long Index;

// A coordinate that lies outside of every image, and so does the sum of two of them.
enum : int { FAR = 1 << 29 };

__host__ __device__ constexpr int divide_up(int a, int b) { return (a + b - 1) / b; }

__host__ __device__ constexpr int gcd(int a, int b) { return b == 0 ? a : gcd(b, a % b); }

__device__ inline bool within(int place, int size) { return unsigned(place) < unsigned(size); }

// The shapes of a layer; weight is (c_out, c / groups, SIZE_H, SIZE_W).
struct Layer {
    int n, c, h, w, c_out, h_out, w_out, top, left, groups;

    __device__ int c_group() const { return c / groups; }
    __device__ int c_out_group() const { return c_out / groups; }
    __device__ Index pixels() const { return Index(h) * w; }
    __device__ Index positions() const { return Index(h_out) * w_out; }
};

#define LAYER                                                                                   \
    int n, int c, int h, int w, int c_out, int h_out, int w_out, int top, int left, int groups
#define GIVEN_LAYER                                                                             \
    Layer { n, c, h, w, c_out, h_out, w_out, top, left, groups }

#endif
