// CUDA C++ as plain C++: the threads of a block are fibers that run one after the other, each until
// its next barrier. A thread that reads what another has yet to write, or writes what another has
// yet to read, is thus always wrong, in the one order of threads or in the other.
#include <setjmp.h>
#include <ucontext.h>

#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>

#define __global__
#define __device__
#define __host__
#define __shared__ static
#define __launch_bounds__(...)
#define __restrict__

template <class T> T min(T a, T b) { return b < a ? b : a; }
template <class T> T max(T a, T b) { return a < b ? b : a; }
template <class T> bool isnan(T a) { return a != a; }

struct Dim3 {
    unsigned x = 1, y = 1, z = 1;
};
static Dim3 threadIdx, blockIdx, blockDim, gridDim;

struct Fiber {
    ucontext_t beginning;
    jmp_buf place;
    char *stack = nullptr;
    bool begun = false, done = false;
};
static constexpr std::size_t STACK = 1 << 16;
static Fiber fibers[1024];
static jmp_buf scheduler;
static unsigned current;

// Jumps are fast; switching contexts asks the kernel of the system each time.
inline void wait() {
    if (!_setjmp(fibers[current].place)) _longjmp(scheduler, 1);
}
inline void go_on(Fiber &fiber) {
    if (_setjmp(scheduler)) return;
    if (fiber.begun) _longjmp(fiber.place, 1);
    fiber.begun = true;
    setcontext(&fiber.beginning);
}
inline void __syncthreads() { wait(); }

// The lanes of a warp meet twice: when all have given their number, and when all have read.
inline void *lane_of(unsigned lane) {
    static double numbers[1024];
    return &numbers[lane];
}
template <class T> T __shfl_down_sync(unsigned, T value, unsigned lanes) {
    std::memcpy(lane_of(current), &value, sizeof value);
    wait();
    const unsigned from = current % 32 + lanes < 32 ? current + lanes : current;
    std::memcpy(&value, lane_of(from), sizeof value);
    wait();
    return value;
}

// --- ptx.cuh, by the words of the PTX manual ---------------------------------------------------
#define CONVBOOK_PTX

inline float half_to_float(unsigned short bits) {
    _Float16 half;
    std::memcpy(&half, &bits, 2);
    return half;
}
inline unsigned short float_to_half(float value) {
    const _Float16 half = value;
    unsigned short bits;
    std::memcpy(&bits, &half, 2);
    return bits;
}
inline float round_to_tf32(float value) {
    unsigned bits;
    std::memcpy(&bits, &value, 4);
    if (__builtin_isfinite(value)) bits = (bits + 0x1000) & ~0x1fffu;
    std::memcpy(&value, &bits, 4);
    return value;
}

static float lanes_a[1024][4], lanes_b[1024][2];
inline void mma_tf32(float (&d)[4], const float (&a)[4], const float (&b)[2]) {
    std::memcpy(lanes_a[current], a, sizeof a);
    std::memcpy(lanes_b[current], b, sizeof b);
    wait();
    const unsigned warp = current / 32 * 32, lane = current % 32;
    const auto rounded = [](float value) {
        if (value != round_to_tf32(value)) std::abort();  // the hardware would cut it off
        return value;
    };
    // Where the manual says that the element at (row, column) of a, and of b, is held.
    const auto of_a = [&](unsigned row, unsigned column) {
        return rounded(lanes_a[warp + row % 8 * 4 + column % 4][row / 8 + column / 4 * 2]);
    };
    const auto of_b = [&](unsigned row, unsigned column) {
        return rounded(lanes_b[warp + column * 4 + row % 4][row / 4]);
    };
    for (unsigned i = 0; i < 4; i++) {
        const unsigned row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
        for (unsigned k = 0; k < 8; k++) d[i] += of_a(row, k) * of_b(k, column);
    }
    wait();
}

// --- launching ---------------------------------------------------------------------------------
static void (*body)();
static void run_fiber() {
    body();
    fibers[current].done = true;
    _longjmp(scheduler, 1);
}

// What stands in a parameter of this type: a pointer to so many bytes, a whole number, a float.
template <class T> struct Parameter {
    static constexpr int bytes = sizeof(T), kind = std::is_integral<T>::value ? 'i' : 'f';
};
template <class T> struct Parameter<T *> {
    static constexpr int bytes = sizeof(T), kind = std::is_const<T>::value ? 'r' : 'w';
};

template <class... P> struct Launcher {
    static inline void (*kernel)(P...);
    static inline void **arguments;

    template <std::size_t... I> static void call(std::index_sequence<I...>) {
        kernel(*static_cast<P *>(arguments[I])...);
    }
    static void thread() { call(std::index_sequence_for<P...>{}); }

    // Returns the number of a block whose threads met at different barriers; −1 if there is none.
    static int launch(void (*function)(P...), unsigned blocks, unsigned threads, bool backwards,
                      void **args) {
        kernel = function, arguments = args, body = thread;
        gridDim.x = blocks, blockDim.x = threads;
        for (unsigned block = 0; block < blocks; block++) {
            blockIdx.x = backwards ? blocks - 1 - block : block;
            if (!run_block(threads, backwards)) return int(blockIdx.x);
        }
        return -1;
    }

    static bool run_block(unsigned threads, bool backwards) {
        for (unsigned t = 0; t < threads; t++) {
            Fiber &fiber = fibers[t];
            if (!fiber.stack) fiber.stack = new char[STACK];
            getcontext(&fiber.beginning);
            fiber.beginning.uc_stack.ss_sp = fiber.stack;
            fiber.beginning.uc_stack.ss_size = STACK;
            fiber.beginning.uc_link = nullptr;
            makecontext(&fiber.beginning, run_fiber, 0);
            fiber.begun = fiber.done = false;
        }
        for (;;) {
            unsigned done = 0;
            for (unsigned t = 0; t < threads; t++) {
                current = backwards ? threads - 1 - t : t;
                threadIdx.x = current;
                if (!fibers[current].done) go_on(fibers[current]);
                done += fibers[current].done;
            }
            if (done == threads) return true;
            if (done) return false;  // some wait for ever for the others
        }
    }

    static int describe(int *out) {
        const int each[][2] = {{Parameter<P>::bytes, Parameter<P>::kind}...};
        std::memcpy(out, each, sizeof each);
        return sizeof...(P);
    }
};
template <class... P> Launcher<P...> launcher_of(void (*)(P...)) { return {}; }

#define EXPORT(name)                                                                            \
    extern "C" int launch_##name(unsigned blocks, unsigned threads, bool backwards, void **a) { \
        return decltype(launcher_of(name))::launch(name, blocks, threads, backwards, a);        \
    }                                                                                           \
    extern "C" int describe_##name(int *out) { return decltype(launcher_of(name))::describe(out); }
