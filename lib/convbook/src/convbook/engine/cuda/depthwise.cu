// Convolutions whose output channels see one input channel each. There is no matrix product in
// them: memory is the limit, and every number that was read serves all the outputs that a thread
// computes.
#include "common.cuh"

constexpr int THREADS = 256;
constexpr int WARP = 32;
constexpr int TAPS = SIZE_H * SIZE_W;
// Kernels up to 7 x 7 are written out; longer ones are loops.
constexpr bool SMALL = TAPS <= 49;

// LINES outputs of a column; the lanes of a warp lie along a row. The kernel may be turned around.
extern "C" __global__ void depthwise_forward(const REAL *__restrict__ x,
                                             const REAL *__restrict__ weight,
                                             const REAL *__restrict__ bias,
                                             REAL *__restrict__ out, LAYER, int threads,
                                             int turned) {
    const int thread = blockIdx.x * THREADS + threadIdx.x;
    if (thread >= threads) return;
    const int strips = divide_up(h_out, LINES);
    const int column = thread % w_out, plane = thread / w_out / strips;
    const int line = thread / w_out % strips * LINES, channel = plane % c_out;
    const int first_y = line * STRIDE_H - top, first_x = column * STRIDE_W - left;
    const Index of_x = (Index(plane / c_out) * c + channel / (c_out / c)) * h * w;
    weight += Index(channel) * TAPS;

    SUM sums[LINES];
#pragma unroll
    for (int each = 0; each < LINES; each++) sums[each] = bias[channel];
    constexpr int ROWS = (LINES - 1) * STRIDE_H + (SIZE_H - 1) * DILATION_H + 1;
#pragma unroll(SMALL ? ROWS : 1)
    for (int row = 0; row < ROWS; row++) {
        if (!within(first_y + row, h)) continue;
        const Index of_row = of_x + Index(first_y + row) * w;
#pragma unroll(SMALL ? SIZE_W : 1)
        for (int j = 0; j < SIZE_W; j++) {
            const int pixel = first_x + j * DILATION_W;
            const SUM value = within(pixel, w) ? SUM(x[of_row + pixel]) : SUM(0);
#pragma unroll
            for (int each = 0; each < LINES; each++) {
                const int from = row - each * STRIDE_H, i = from / DILATION_H;
                if (from < 0 || from % DILATION_H != 0 || i >= SIZE_H) continue;
                const int tap = i * SIZE_W + j;
                sums[each] += SUM(weight[turned ? TAPS - 1 - tap : tap]) * value;
            }
        }
    }
#pragma unroll
    for (int each = 0; each < LINES; each++) {
        if (line + each < h_out) {
            out[(Index(plane) * h_out + line + each) * w_out + column] = sums[each];
        }
    }
}

// A pixel sums over the positions that see it.
extern "C" __global__ void depthwise_input_gradient(const REAL *__restrict__ grad,
                                                    const REAL *__restrict__ weight,
                                                    REAL *__restrict__ out, LAYER,
                                                    int threads) {
    const int thread = blockIdx.x * THREADS + threadIdx.x;
    if (thread >= threads) return;
    const int pixel = thread % w, line = thread / w % h, plane = thread / w / h;
    const int channel = plane % c, times = c_out / c;
    SUM sum = 0;
    for (int each = 0; each < times; each++) {
        const int made = channel * times + each;
        const Index of_grad = (Index(plane / c) * c_out + made) * h_out * w_out;
        const REAL *kernel = weight + Index(made) * TAPS;
#pragma unroll(SMALL ? SIZE_H : 1)
        for (int i = 0; i < SIZE_H; i++) {
            const int from_y = line + top - i * DILATION_H, y = from_y / STRIDE_H;
            if (from_y < 0 || from_y % STRIDE_H != 0 || y >= h_out) continue;
#pragma unroll(SMALL ? SIZE_W : 1)
            for (int j = 0; j < SIZE_W; j++) {
                const int from_x = pixel + left - j * DILATION_W, place = from_x / STRIDE_W;
                if (from_x < 0 || from_x % STRIDE_W != 0 || place >= w_out) continue;
                sum += SUM(kernel[i * SIZE_W + j]) * SUM(grad[of_grad + Index(y) * w_out + place]);
            }
        }
    }
    out[thread] = sum;
}

// A block sums a part of the positions of one channel, for all rows of the kernel or one of them.
extern "C" __global__ void __launch_bounds__(THREADS)
    depthwise_weight_gradient(const REAL *__restrict__ grad, const REAL *__restrict__ x,
                              SUM *__restrict__ parts, LAYER, int positions_of_part) {
    constexpr int AT_ONCE = SMALL ? SIZE_H : 1, EACH = AT_ONCE * SIZE_W;
    __shared__ SUM of_warps[THREADS / WARP][EACH];
    const int channel = blockIdx.x % c_out, rest = blockIdx.x / c_out;
    const int first_row = rest % (SIZE_H / AT_ONCE) * AT_ONCE, part = rest / (SIZE_H / AT_ONCE);
    const int positions = h_out * w_out;
    const int end = min(n * positions, (part + 1) * positions_of_part);

    SUM sums[EACH];
#pragma unroll
    for (int tap = 0; tap < EACH; tap++) sums[tap] = 0;
    for (int term = part * positions_of_part + threadIdx.x; term < end; term += THREADS) {
        const int image = term / positions, position = term % positions;
        const int y = position / w_out * STRIDE_H - top, first_x = position % w_out * STRIDE_W - left;
        const SUM factor = grad[(Index(image) * c_out + channel) * positions + position];
        const Index of_x = (Index(image) * c + channel / (c_out / c)) * h * w;
#pragma unroll
        for (int tap = 0; tap < EACH; tap++) {
            const int line = y + (first_row + tap / SIZE_W) * DILATION_H;
            const int pixel = first_x + tap % SIZE_W * DILATION_W;
            if (within(line, h) && within(pixel, w)) {
                sums[tap] += factor * SUM(x[of_x + Index(line) * w + pixel]);
            }
        }
    }
#pragma unroll
    for (int tap = 0; tap < EACH; tap++) {
#pragma unroll
        for (int lanes = WARP / 2; lanes > 0; lanes /= 2) {
            sums[tap] += __shfl_down_sync(0xffffffffu, sums[tap], lanes);
        }
        if (threadIdx.x % WARP == 0) of_warps[threadIdx.x / WARP][tap] = sums[tap];
    }
    __syncthreads();
    for (int tap = threadIdx.x; tap < EACH; tap += THREADS) {
        SUM sum = 0;
#pragma unroll
        for (int warp = 0; warp < THREADS / WARP; warp++) sum += of_warps[warp][tap];
        parts[(Index(part) * c_out + channel) * TAPS + first_row * SIZE_W + tap] = sum;
    }
}
