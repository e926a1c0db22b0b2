// A matrix product whose factors are never stored: a problem says what stands where.
//
// out[row, column] = start(row) + sum over k of a(row, k) b(k, column). A block computes
// TILE_M x TILE_N of it, a thread THREAD_M x THREAD_N, in steps of TILE_K through shared memory:
// while one buffer is multiplied, the next step is on its way in registers.
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
constexpr int THREADS_N = TILE_N / THREAD_N;
static_assert(THREADS == TILE_K * WARP, "a warp loads one k, or all of them for 4 columns");
static_assert(TILE_M % WARP == 0 && TILE_N % WARP == 0, "every thread loads as much");
static_assert((TILE_M / THREAD_M) * THREADS_N == THREADS, "every thread has a part of the tile");
static_assert(THREAD_M % 4 == 0 && THREAD_N % 4 == 0, "threads read four numbers at once");

// Four more in each line: eight lines begin in different banks, and stay aligned.
struct Tiles {
    alignas(16) SUM a[2][TILE_K][TILE_M + 4];
    alignas(16) SUM b[2][TILE_K][TILE_N + 4];
};

// The place of a thread's i-th row or column in the tile: in runs of four, far apart, so that
// neighbouring threads read neighbouring runs.
template <int TILE, int EACH>
__device__ inline int place_of(int thread, int i) {
    return i / 4 * (TILE / (EACH / 4)) + thread * 4 + i % 4;
}

template <class Problem>
__device__ inline void multiply(Tiles &tiles, const Problem &problem, int tile_m, int tile_n) {
    const int thread = threadIdx.x;
    const int k_of_a = thread % TILE_K, row_of_a = tile_m * TILE_M + thread / TILE_K;
    const int k_of_b = Problem::K_FIRST ? k_of_a : thread / WARP;
    const int column_of_b = tile_n * TILE_N + (Problem::K_FIRST ? thread / TILE_K : thread % WARP);
    const int thread_m = thread / THREADS_N, thread_n = thread % THREADS_N;

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
            tiles.a[buffer][k_of_a][thread / TILE_K + i * WARP] = next_a[i];
        }
#pragma unroll
        for (int i = 0; i < LOADS_N; i++) {
            tiles.b[buffer][k_of_b][column_of_b - tile_n * TILE_N + i * WARP] = next_b[i];
        }
    };

    SUM sums[THREAD_M][THREAD_N];
#pragma unroll
    for (int i = 0; i < THREAD_M; i++) {
#pragma unroll
        for (int j = 0; j < THREAD_N; j++) sums[i][j] = 0;
    }
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
#pragma unroll
        for (int k = 0; k < TILE_K; k++) {
            SUM a[THREAD_M], b[THREAD_N];
#pragma unroll
            for (int i = 0; i < THREAD_M; i++) {
                a[i] = tiles.a[buffer][k][place_of<TILE_M, THREAD_M>(thread_m, i)];
            }
#pragma unroll
            for (int j = 0; j < THREAD_N; j++) {
                b[j] = tiles.b[buffer][k][place_of<TILE_N, THREAD_N>(thread_n, j)];
            }
#pragma unroll
            for (int i = 0; i < THREAD_M; i++) {
#pragma unroll
                for (int j = 0; j < THREAD_N; j++) sums[i][j] += a[i] * b[j];
            }
        }
        if (more) {
            store(1 - buffer);
            __syncthreads();
        }
    }

#pragma unroll
    for (int j = 0; j < THREAD_N; j++) {
        const int column = tile_n * TILE_N + place_of<TILE_N, THREAD_N>(thread_n, j);
        if (column >= problem.columns) continue;
        auto *out = problem.out(column);
#pragma unroll
        for (int i = 0; i < THREAD_M; i++) {
            const int row = tile_m * TILE_M + place_of<TILE_M, THREAD_M>(thread_m, i);
            if (row < problem.rows) out[row * problem.row_stride] = sums[i][j] + problem.start(row);
        }
    }
}

#endif
