// The second stage of sums that many blocks share: always in the same order, so that two runs give
// the same bits, which additions by atomics don't.
#include "common.cuh"

extern "C" __global__ void sum_parts(const SUM *parts, REAL *out, int count, int many) {
    const int place = blockIdx.x * blockDim.x + threadIdx.x;
    if (place >= count) return;
    SUM sum = 0;
    for (int part = 0; part < many; part++) sum += parts[Index(part) * count + place];
    out[place] = sum;
}
