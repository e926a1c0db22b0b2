// Pooling over windows of a plane, a channel of an image. A thread computes one number of the
// result: in backward passes too, so that nothing is added by atomics.
#include "common.cuh"

constexpr int THREADS = 256;

#define PLANES int h, int w, int h_out, int w_out, int top, int left, int threads

// The place of a thread in a result of this height and width.
struct Place {
    int x, y, plane;
    __device__ Place(int thread, int height, int width)
        : x(thread % width), y(thread / width % height), plane(thread / width / height) {}
};

// The position whose window sees a pixel with this tap; negative if there is none.
template <int STRIDE>
__device__ inline int position_of(int from, int positions) {
    return from % STRIDE != 0 || from / STRIDE >= positions ? -1 : from / STRIDE;
}

// The first of equal numbers wins, and NaN over every number; pixels are counted row by row.
__device__ inline bool wins(SUM value, SUM best) {
    return value > best || (isnan(value) && !isnan(best));
}

extern "C" __global__ void max_pool(const REAL *__restrict__ x, REAL *__restrict__ out,
                                    Index *__restrict__ indices, PLANES, int with_indices) {
    const int thread = blockIdx.x * THREADS + threadIdx.x;
    if (thread >= threads) return;
    const Place place(thread, h_out, w_out);
    x += Index(place.plane) * h * w;
    SUM best = 0;
    int at = -1;
#pragma unroll(SIZE_H <= 8 ? SIZE_H : 1)
    for (int i = 0; i < SIZE_H; i++) {
        const int y = place.y * STRIDE_H - top + i * DILATION_H;
        if (!within(y, h)) continue;
#pragma unroll(SIZE_W <= 8 ? SIZE_W : 1)
        for (int j = 0; j < SIZE_W; j++) {
            const int pixel = place.x * STRIDE_W - left + j * DILATION_W;
            if (!within(pixel, w)) continue;
            const SUM value = x[y * w + pixel];
            if (at < 0 || wins(value, best)) best = value, at = y * w + pixel;
        }
    }
    out[thread] = best;
    if (with_indices) indices[thread] = at;
}

extern "C" __global__ void max_pool_backward(const REAL *__restrict__ grad,
                                             const Index *__restrict__ indices,
                                             REAL *__restrict__ out, PLANES) {
    const int thread = blockIdx.x * THREADS + threadIdx.x;
    if (thread >= threads) return;
    const Place place(thread, h, w);
    const Index first = Index(place.plane) * h_out * w_out;
    SUM sum = 0;
#pragma unroll(SIZE_H <= 8 ? SIZE_H : 1)
    for (int i = 0; i < SIZE_H; i++) {
        const int y = position_of<STRIDE_H>(place.y + top - i * DILATION_H, h_out);
        if (y < 0) continue;
#pragma unroll(SIZE_W <= 8 ? SIZE_W : 1)
        for (int j = 0; j < SIZE_W; j++) {
            const int x = position_of<STRIDE_W>(place.x + left - j * DILATION_W, w_out);
            if (x < 0) continue;
            const Index position = first + y * w_out + x;
            if (indices[position] == place.y * w + place.x) sum += SUM(grad[position]);
        }
    }
    out[thread] = sum;
}

// What a window from `start` on counts: what it sees of the pixels from −before to size + after.
__device__ inline int seen(int start, int many, int size, int before, int after) {
    return min(start + many, size + after) - max(start, -before);
}

// The rows and columns of zeros that count as pixels.
#define COUNTED int up, int down, int before, int after

extern "C" __global__ void avg_pool(const REAL *__restrict__ x, REAL *__restrict__ out, PLANES,
                                    COUNTED) {
    const int thread = blockIdx.x * THREADS + threadIdx.x;
    if (thread >= threads) return;
    const Place place(thread, h_out, w_out);
    const int first_y = place.y * STRIDE_H - top, first_x = place.x * STRIDE_W - left;
    x += Index(place.plane) * h * w;
    SUM sum = 0;
#pragma unroll(SIZE_H <= 8 ? SIZE_H : 1)
    for (int i = 0; i < SIZE_H; i++) {
        if (!within(first_y + i, h)) continue;
#pragma unroll(SIZE_W <= 8 ? SIZE_W : 1)
        for (int j = 0; j < SIZE_W; j++) {
            if (within(first_x + j, w)) sum += SUM(x[(first_y + i) * w + first_x + j]);
        }
    }
    const int lines = seen(first_y, SIZE_H, h, up, down);
    out[thread] = sum / SUM(lines * seen(first_x, SIZE_W, w, before, after));
}

extern "C" __global__ void avg_pool_backward(const REAL *__restrict__ grad,
                                             REAL *__restrict__ out, PLANES, COUNTED) {
    const int thread = blockIdx.x * THREADS + threadIdx.x;
    if (thread >= threads) return;
    const Place place(thread, h, w);
    grad += Index(place.plane) * h_out * w_out;
    SUM sum = 0;
#pragma unroll(SIZE_H <= 8 ? SIZE_H : 1)
    for (int i = 0; i < SIZE_H; i++) {
        const int y = position_of<STRIDE_H>(place.y + top - i, h_out);
        if (y < 0) continue;
        const int lines = seen(y * STRIDE_H - top, SIZE_H, h, up, down);
#pragma unroll(SIZE_W <= 8 ? SIZE_W : 1)
        for (int j = 0; j < SIZE_W; j++) {
            const int x = position_of<STRIDE_W>(place.x + left - j, w_out);
            if (x < 0) continue;
            const int pixels = lines * seen(x * STRIDE_W - left, SIZE_W, w, before, after);
            sum += SUM(grad[y * w_out + x]) / SUM(pixels);
        }
    }
    out[thread] = sum;
}
