// Convolution of images as a matrix product, the matrix of patches never stored (implicit GEMM:
// Chetlur et al., cuDNN, arXiv 1410.0759). Layout (n, c, h, w); compiled for one kernel size,
// stride and dilation, so that divisions by them are multiplications.
#include "gemm.cuh"

constexpr int TAPS = SIZE_H * SIZE_W;

// Which tile of which slice (a group, a phase, a part of the sum) a block computes. Blocks that
// follow each other read the same columns, which then are in the cache.
struct Block {
    int tile_m, tile_n, slice;

    __device__ Block(int tiles_m, int tiles_n) {
        tile_m = blockIdx.x % tiles_m;
        const int rest = blockIdx.x / tiles_m;
        tile_n = rest % tiles_n;
        slice = rest / tiles_n;
    }
};

// out (c_out, positions) = weight (c_out, c SIZE_H SIZE_W) patches (c SIZE_H SIZE_W, positions)
struct Forward {
    static constexpr bool K_FIRST = false;
    const REAL *x, *weight, *bias;
    REAL *output;
    Layer layer;
    int group, rows, columns, k_begin, k_end;
    Index row_stride;

    __device__ Forward(const REAL *x, const REAL *weight, const REAL *bias, REAL *output,
                       const Layer &layer, int group)
        : x(x), weight(weight), bias(bias), output(output), layer(layer), group(group),
          rows(layer.c_out_group()), columns(int(layer.n * layer.positions())), k_begin(0),
          k_end(layer.c_group() * TAPS), row_stride(layer.positions()) {}

    struct Tap {
        int k, dy, dx, offset;
    };
    __device__ Tap tap(int k) const {
        const int channel = k / TAPS, i = k % TAPS / SIZE_W, j = k % SIZE_W;
        const int dy = i * DILATION_H, dx = j * DILATION_W;
        if (k >= k_end) return {k, FAR, FAR, 0};
        return {k, dy, dx, int(channel * layer.pixels()) + dy * layer.w + dx};
    }
    __device__ void advance(Tap &at) const { at = tap(at.k + TILE_K); }

    typedef int Row;
    __device__ Row row(int row) const { return row; }
    __device__ SUM a(Row row, const Tap &at) const {
        if (row >= rows || at.k >= k_end) return 0;
        return weight[Index(group * rows + row) * k_end + at.k];
    }

    struct Column {
        int y, x;
        Index offset;
    };
    __device__ Column column(int column) const {
        if (column >= columns) return {FAR, FAR, 0};
        const int position = column % int(layer.positions());
        const int image = column / int(layer.positions());
        const int y = position / layer.w_out * STRIDE_H - layer.top;
        const int x = position % layer.w_out * STRIDE_W - layer.left;
        const Index plane = Index(image) * layer.c + group * layer.c_group();
        return {y, x, plane * layer.pixels() + Index(y) * layer.w + x};
    }
    __device__ SUM b(const Tap &at, const Column &from) const {
        if (!within(from.y + at.dy, layer.h) || !within(from.x + at.dx, layer.w)) return 0;
        return x[from.offset + at.offset];
    }

    __device__ SUM start(int row) const { return bias[group * rows + row]; }
    __device__ REAL *out(int column) const {
        const int position = column % int(layer.positions());
        const int image = column / int(layer.positions());
        return output + (Index(image) * layer.c_out + group * rows) * row_stride + position;
    }
};

// Which pixels of an axis, and which taps of the kernel, meet at all: with a stride, pixels of
// different remainders see different taps.
template <int SIZE, int STRIDE, int DILATION>
struct Phase {
    static constexpr int STEP = STRIDE / gcd(STRIDE, DILATION);  // between taps of one phase
    static constexpr int BACK = DILATION / gcd(STRIDE, DILATION);  // positions that a step goes
    static constexpr int MOST = divide_up(SIZE, STEP);  // taps of a phase
    int pixel, pixels, tap, position;

    __device__ Phase(int remainder, int before, int size) {
        pixel = (remainder - before % STRIDE + STRIDE) % STRIDE;
        pixels = pixel < size ? divide_up(size - pixel, STRIDE) : 0;
        tap = SIZE;
#pragma unroll
        for (int t = min(STEP, SIZE) - 1; t >= 0; t--) {
            if (t * DILATION % STRIDE == remainder) tap = t;
        }
        // Of the phase's first pixel, under its first tap.
        position = tap < SIZE ? (pixel + before - tap * DILATION) / STRIDE : 0;
    }
    __device__ int taps() const { return tap < SIZE ? divide_up(SIZE - tap, STEP) : 0; }
};

// grad_x (c, pixels) = weight transposed (c, c_out taps) grad (c_out taps, pixels), for one phase
struct InputGradient {
    static constexpr bool K_FIRST = false;
    typedef Phase<SIZE_H, STRIDE_H, DILATION_H> PhaseH;
    typedef Phase<SIZE_W, STRIDE_W, DILATION_W> PhaseW;
    static constexpr int TAPS_W = PhaseW::MOST;
    static constexpr int TAPS_OF_PHASE = PhaseH::MOST * TAPS_W;
    const REAL *grad, *weight;
    REAL *output;
    Layer layer;
    int group, rows, columns, k_begin, k_end;
    Index row_stride;
    PhaseH along_h;
    PhaseW along_w;

    __device__ InputGradient(const REAL *grad, const REAL *weight, REAL *output,
                             const Layer &layer, int group, int phase)
        : grad(grad), weight(weight), output(output), layer(layer), group(group),
          rows(layer.c_group()), k_begin(0), row_stride(layer.pixels()),
          along_h(phase / STRIDE_W, layer.top, layer.h),
          along_w(phase % STRIDE_W, layer.left, layer.w) {
        columns = layer.n * along_h.pixels * along_w.pixels;
        const bool any = along_h.taps() > 0 && along_w.taps() > 0;
        k_end = any ? layer.c_out_group() * TAPS_OF_PHASE : 0;
    }

    struct Tap {
        int k, dy, dx, offset, of_weight;
    };
    __device__ Tap tap(int k) const {
        const int channel = k / TAPS_OF_PHASE;
        const int i = k % TAPS_OF_PHASE / TAPS_W, j = k % TAPS_W;
        if (k >= k_end || i >= along_h.taps() || j >= along_w.taps()) return {k, FAR, FAR, 0, -1};
        const int dy = -i * PhaseH::BACK, dx = -j * PhaseW::BACK;
        const int of_weight = channel * rows * TAPS + (along_h.tap + i * PhaseH::STEP) * SIZE_W +
                              along_w.tap + j * PhaseW::STEP;
        return {k, dy, dx, int(channel * layer.positions()) + dy * layer.w_out + dx, of_weight};
    }
    __device__ void advance(Tap &at) const { at = tap(at.k + TILE_K); }

    typedef int Row;
    __device__ Row row(int row) const { return row; }
    __device__ SUM a(Row row, const Tap &at) const {
        if (row >= rows || at.of_weight < 0) return 0;
        const Index first = Index(group) * layer.c_out_group() * rows * TAPS;
        return weight[first + at.of_weight + row * TAPS];
    }

    struct Column {
        int y, x;
        Index offset;
    };
    __device__ Column column(int column) const {
        if (column >= columns) return {FAR, FAR, 0};
        const int of_image = along_h.pixels * along_w.pixels;
        const int image = column / of_image, place = column % of_image;
        const int y = along_h.position + place / along_w.pixels;
        const int x = along_w.position + place % along_w.pixels;
        const Index plane = Index(image) * layer.c_out + group * layer.c_out_group();
        return {y, x, plane * layer.positions() + Index(y) * layer.w_out + x};
    }
    __device__ SUM b(const Tap &at, const Column &from) const {
        const bool inside = within(from.y + at.dy, layer.h_out) &&
                            within(from.x + at.dx, layer.w_out);
        return inside ? SUM(grad[from.offset + at.offset]) : SUM(0);
    }

    __device__ SUM start(int) const { return 0; }
    __device__ REAL *out(int column) const {
        const int of_image = along_h.pixels * along_w.pixels;
        const int image = column / of_image, place = column % of_image;
        const int y = along_h.pixel + place / along_w.pixels * STRIDE_H;
        const int x = along_w.pixel + place % along_w.pixels * STRIDE_W;
        const Index plane = Index(image) * layer.c + group * rows;
        return output + plane * row_stride + Index(y) * layer.w + x;
    }
};

// grad_weight (c_out, c taps) = grad (c_out, positions) patches transposed (positions, c taps),
// summed over a part of all positions
struct WeightGradient {
    static constexpr bool K_FIRST = true;
    const REAL *grad, *x;
    SUM *output;
    Layer layer;
    int group, rows, columns, k_begin, k_end;
    Index row_stride;

    __device__ WeightGradient(const REAL *grad, const REAL *x, SUM *parts, const Layer &layer,
                              int group, int part, int positions_of_part)
        : grad(grad), x(x), layer(layer), group(group), rows(layer.c_out_group()),
          columns(layer.c_group() * TAPS), k_begin(part * positions_of_part),
          k_end(min(int(layer.n * layer.positions()), k_begin + positions_of_part)),
          row_stride(columns) {
        output = parts + (Index(part) * layer.c_out + group * rows) * columns;
    }

    // A position: its image, its place in it, and what is left until the end.
    struct Tap {
        int y, x, image, left;
    };
    __device__ Tap tap(int k) const {
        const int of_image = int(layer.positions()), position = k % of_image;
        return {position / layer.w_out, position % layer.w_out, k / of_image, k_end - k};
    }
    __device__ void advance(Tap &at) const {
        at.left -= TILE_K;
        at.x += TILE_K;
        while (at.x >= layer.w_out) {
            at.x -= layer.w_out;
            if (++at.y == layer.h_out) at.y = 0, at.image++;
        }
    }

    struct Row {
        Index offset;
        bool inside;
    };
    __device__ Row row(int row) const {
        return {Index(group * rows + row) * layer.positions(), row < rows};
    }
    __device__ SUM a(const Row &row, const Tap &at) const {
        if (!row.inside || at.left <= 0) return 0;
        const Index of_image = Index(at.image) * layer.c_out * layer.positions();
        return grad[of_image + row.offset + Index(at.y) * layer.w_out + at.x];
    }

    struct Column {
        int dy, dx;
        Index offset;
    };
    __device__ Column column(int column) const {
        if (column >= columns) return {FAR, FAR, 0};
        const int channel = group * layer.c_group() + column / TAPS;
        const int dy = column % TAPS / SIZE_W * DILATION_H - layer.top;
        const int dx = column % SIZE_W * DILATION_W - layer.left;
        return {dy, dx, channel * layer.pixels()};
    }
    __device__ SUM b(const Tap &at, const Column &of) const {
        const int row = at.y * STRIDE_H + of.dy, place = at.x * STRIDE_W + of.dx;
        if (at.left <= 0 || !within(row, layer.h) || !within(place, layer.w)) return 0;
        const Index of_image = Index(at.image) * layer.c * layer.pixels();
        return x[of_image + of.offset + Index(row) * layer.w + place];
    }

    __device__ SUM start(int) const { return 0; }
    __device__ SUM *out(int column) const { return output + column; }
};

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    conv_forward(const REAL *x, const REAL *weight, const REAL *bias, REAL *out, LAYER,
                 int tiles_m, int tiles_n) {
    __shared__ Tiles tiles;
    const Block block(tiles_m, tiles_n);
    const Forward problem(x, weight, bias, out, GIVEN_LAYER, block.slice);
    multiply(tiles, problem, block.tile_m, block.tile_n);
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    conv_input_gradient(const REAL *grad, const REAL *weight, REAL *out, LAYER, int tiles_m,
                        int tiles_n) {
    __shared__ Tiles tiles;
    const Block block(tiles_m, tiles_n);
    constexpr int PHASES = STRIDE_H * STRIDE_W;
    const InputGradient problem(grad, weight, out, GIVEN_LAYER, block.slice / PHASES,
                                block.slice % PHASES);
    if (block.tile_n * TILE_N < problem.columns) {
        multiply(tiles, problem, block.tile_m, block.tile_n);
    }
}

extern "C" __global__ void __launch_bounds__(THREADS, 2)
    conv_weight_gradient(const REAL *grad, const REAL *x, SUM *parts, LAYER, int tiles_m,
                         int tiles_n, int positions_of_part) {
    __shared__ Tiles tiles;
    const Block block(tiles_m, tiles_n);
    const WeightGradient problem(grad, x, parts, GIVEN_LAYER, block.slice % groups,
                                 block.slice / groups, positions_of_part);
    multiply(tiles, problem, block.tile_m, block.tile_n);
}
