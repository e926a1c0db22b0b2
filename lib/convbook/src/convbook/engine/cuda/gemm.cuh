// A matrix product whose factors are never stored: a problem says what stands where.
//
// out[row, column] = start(row) + sum over k of a(row, k) b(k, column). A block computes
// TILE_M x TILE_N of it in steps of TILE_K through shared memory: while one buffer is multiplied,
// the next step is on its way in registers. An engine multiplies: each thread for itself, or the
// tensor cores for a warp.
//
// A problem has:
//   rows, columns, k_begin, k_end   the extents
//   Tap      what depends on k: made by tap(k), moved TILE_K ahead by advance(tap)
//   Row      what depends on the row: made by row(r); a(row, tap) is the left factor
//   Column   what depends on the column: made by column(c); b(tap, column) is the right factor
//   out(c)   the address of out[0, c]; rows are row_stride apart
//   K_FIRST  whether neighbours in memory of the right factor are neighbours in k
// tap, row and column may be asked for places beyond the extents; the factors there are zero.
#ifndef CONVBOOK_GEMM
#define CONVBOOK_GEMM
#include "common.cuh"

constexpr int THREADS = 256;
constexpr int WARP = 32;
constexpr int TILE_K = 8;
constexpr int LOADS_M = TILE_M * TILE_K / THREADS;
constexpr int LOADS_N = TILE_N * TILE_K / THREADS;
static_assert(THREADS == TILE_K * WARP, "a warp loads one k, or all of them for 4 columns");
static_assert(TILE_M % WARP == 0 && TILE_N % WARP == 0, "every thread loads as much");

// Four or eight more in each line: the numbers that a warp reads at once are in different banks.
constexpr int PAD = TENSOR_CORES ? 8 : 4;
struct Tiles {
    alignas(16) SUM a[2][TILE_K][TILE_M + PAD];
    alignas(16) SUM b[2][TILE_K][TILE_N + PAD];
};

// Every thread multiplies THREAD_M x THREAD_N numbers of the tile, in runs of four that are far
// apart: neighbouring threads read neighbouring runs.
struct Lanes {
    static constexpr int THREADS_N = TILE_N / THREAD_N;
    static_assert(TENSOR_CORES || TILE_M / THREAD_M * THREADS_N == THREADS, "a part for each");
    static_assert(THREAD_M % 4 == 0 && THREAD_N % 4 == 0, "threads read four numbers at once");
    SUM sums[THREAD_M][THREAD_N];
    int thread_m, thread_n;

    __device__ Lanes() : thread_m(threadIdx.x / THREADS_N), thread_n(threadIdx.x % THREADS_N) {
#pragma unroll
        for (int i = 0; i < THREAD_M; i++) {
#pragma unroll
            for (int j = 0; j < THREAD_N; j++) sums[i][j] = 0;
        }
    }
    __device__ static SUM taken(SUM value) { return value; }
    __device__ int row(int i) const {
        return i / 4 * (TILE_M / (THREAD_M / 4)) + thread_m * 4 + i % 4;
    }
    __device__ int column(int j) const {
        return j / 4 * (TILE_N / (THREAD_N / 4)) + thread_n * 4 + j % 4;
    }
    __device__ void add(const Tiles &tiles, int buffer) {
#pragma unroll
        for (int k = 0; k < TILE_K; k++) {
            SUM a[THREAD_M], b[THREAD_N];
#pragma unroll
            for (int i = 0; i < THREAD_M; i++) a[i] = tiles.a[buffer][k][row(i)];
#pragma unroll
            for (int j = 0; j < THREAD_N; j++) b[j] = tiles.b[buffer][k][column(j)];
#pragma unroll
            for (int i = 0; i < THREAD_M; i++) {
#pragma unroll
                for (int j = 0; j < THREAD_N; j++) sums[i][j] += a[i] * b[j];
            }
        }
    }
    // Calls put(row, column, sum) for each sum, column by column.
    template <class Put>
    __device__ void each(Put put) const {
#pragma unroll
        for (int j = 0; j < THREAD_N; j++) {
#pragma unroll
            for (int i = 0; i < THREAD_M; i++) put(row(i), column(j), sums[i][j]);
        }
    }
};

// Every warp multiplies a part of the tile, 16 x 8 numbers at once, from factors in TF32.
struct TensorCores {
    static constexpr int WARPS_M = 2, WARPS_N = THREADS / WARP / WARPS_M;
    static constexpr int DOWN = TILE_M / WARPS_M / 16, ACROSS = TILE_N / WARPS_N / 8;
    float sums[DOWN][ACROSS][4];
    int first_row, first_column, g, t;

    __device__ TensorCores()
        : first_row(threadIdx.x / WARP % WARPS_M * (TILE_M / WARPS_M)),
          first_column(threadIdx.x / WARP / WARPS_M * (TILE_N / WARPS_N)),
          g(threadIdx.x % WARP / 4), t(threadIdx.x % 4) {
#pragma unroll
        for (int i = 0; i < DOWN; i++) {
#pragma unroll
            for (int j = 0; j < ACROSS; j++) {
#pragma unroll
                for (int part = 0; part < 4; part++) sums[i][j][part] = 0;
            }
        }
    }
    __device__ static float taken(float value) { return round_to_tf32(value); }
    __device__ void add(const Tiles &tiles, int buffer) {
        const auto &from_a = tiles.a[buffer];
        const auto &from_b = tiles.b[buffer];
        float b[ACROSS][2];
#pragma unroll
        for (int j = 0; j < ACROSS; j++) {
            const int column = first_column + j * 8 + g;
            b[j][0] = from_b[t][column], b[j][1] = from_b[t + 4][column];
        }
#pragma unroll
        for (int i = 0; i < DOWN; i++) {
            const int row = first_row + i * 16 + g;
            const float a[4] = {float(from_a[t][row]), float(from_a[t][row + 8]),
                                float(from_a[t + 4][row]), float(from_a[t + 4][row + 8])};
#pragma unroll
            for (int j = 0; j < ACROSS; j++) mma_tf32(sums[i][j], a, b[j]);
        }
    }
    template <class Put>
    __device__ void each(Put put) const {
#pragma unroll
        for (int j = 0; j < ACROSS; j++) {
#pragma unroll
            for (int side = 0; side < 2; side++) {
#pragma unroll
                for (int i = 0; i < DOWN; i++) {
#pragma unroll
                    for (int half = 0; half < 2; half++) {
                        put(first_row + i * 16 + g + half * 8,
                            first_column + j * 8 + t * 2 + side, sums[i][j][half * 2 + side]);
                    }
                }
            }
        }
    }
};

template <bool ON_TENSOR_CORES> struct EngineOf { typedef Lanes Type; };
template <> struct EngineOf<true> { typedef TensorCores Type; };
typedef EngineOf<TENSOR_CORES>::Type Engine;

template <class Problem>
__device__ inline void multiply(Tiles &tiles, const Problem &problem, int tile_m, int tile_n) {
    const int thread = threadIdx.x;
    const int k_of_a = thread % TILE_K, row_of_a = tile_m * TILE_M + thread / TILE_K;
    const int k_of_b = Problem::K_FIRST ? k_of_a : thread / WARP;
    const int column_of_b = tile_n * TILE_N + (Problem::K_FIRST ? thread / TILE_K : thread % WARP);

    typename Problem::Row rows[LOADS_M];
    typename Problem::Column columns[LOADS_N];
#pragma unroll
    for (int i = 0; i < LOADS_M; i++) rows[i] = problem.row(row_of_a + i * WARP);
#pragma unroll
    for (int i = 0; i < LOADS_N; i++) columns[i] = problem.column(column_of_b + i * WARP);
    typename Problem::Tap tap_a = problem.tap(problem.k_begin + k_of_a);
    typename Problem::Tap tap_b = problem.tap(problem.k_begin + k_of_b);

    SUM next_a[LOADS_M], next_b[LOADS_N];
    auto load = [&] {
#pragma unroll
        for (int i = 0; i < LOADS_M; i++) next_a[i] = problem.a(rows[i], tap_a);
#pragma unroll
        for (int i = 0; i < LOADS_N; i++) next_b[i] = problem.b(tap_b, columns[i]);
        problem.advance(tap_a);
        problem.advance(tap_b);
    };
    auto store = [&](int buffer) {
#pragma unroll
        for (int i = 0; i < LOADS_M; i++) {
            tiles.a[buffer][k_of_a][thread / TILE_K + i * WARP] = Engine::taken(next_a[i]);
        }
#pragma unroll
        for (int i = 0; i < LOADS_N; i++) {
            tiles.b[buffer][k_of_b][column_of_b - tile_n * TILE_N + i * WARP] =
                Engine::taken(next_b[i]);
        }
    };

    Engine engine;
    const int steps = divide_up(problem.k_end - problem.k_begin, TILE_K);
    if (steps > 0) {
        load();
        store(0);
        __syncthreads();
    }
    for (int step = 0; step < steps; step++) {
        const int buffer = step % 2;
        const bool more = step + 1 < steps;
        if (more) load();
        engine.add(tiles, buffer);
        if (more) {
            store(1 - buffer);
            __syncthreads();
        }
    }

    engine.each([&](int row, int column, SUM sum) {
        row += tile_m * TILE_M, column += tile_n * TILE_N;
        if (row < problem.rows && column < problem.columns) {
            problem.out(column)[row * problem.row_stride] = sum + problem.start(row);
        }
    });
}

#endif
