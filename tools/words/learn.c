/* Softmax regression with several heads on sparse rows, by AdaGrad, one row at a time. Called by learning.py. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LANES_MAX 256
#define HEADS_MAX 8

static uint64_t state;

static uint32_t chance(void) { /* xorshift64 */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

/* Each head's sums become its errors: probability less one where the label is right. */
static void errors(float *sums, const int32_t *sizes, int heads, const int32_t *labels) {
    for (int head = 0, begin = 0; head < heads; begin += sizes[head], head++) {
        float *part = sums + begin, highest = part[0], total = 0;
        for (int k = 1; k < sizes[head]; k++)
            if (part[k] > highest) highest = part[k];
        for (int k = 0; k < sizes[head]; k++) total += part[k] = expf(part[k] - highest);
        for (int k = 0; k < sizes[head]; k++) part[k] /= total;
        part[labels[head]] -= 1;
    }
}

/* table and squares: features x lanes. Returns 0, or 1 when there is no memory. */
int learn(int lanes, int heads, const int32_t *sizes, const int64_t *ends, const int32_t *features,
          const float *values, const int32_t *labels, int32_t *order, int rows, int epochs, float rate,
          float shrink, float left_out, uint64_t seed, int longest, float *table, float *squares) {
    int32_t *looked = malloc(longest * sizeof *looked);
    float *worth = malloc(longest * sizeof *worth), sums[LANES_MAX];
    if (!looked || !worth || lanes > LANES_MAX || heads > HEADS_MAX) return 1;
    uint32_t below = (uint32_t)(left_out * 4294967295.0);
    state = seed * 2654435761u + 88172645463325252ull;
    for (int epoch = 0; epoch < epochs; epoch++) {
        float step = rate * (1.0f - 0.9f * epoch / epochs);
        for (int i = rows - 1; i > 0; i--) {
            int j = chance() % (i + 1);
            int32_t other = order[i];
            order[i] = order[j];
            order[j] = other;
        }
        for (int i = 0; i < rows; i++) {
            int row = order[i], count = 0;
            memset(sums, 0, lanes * sizeof *sums);
            for (int64_t at = ends[row]; at < ends[row + 1]; at++) {
                if (chance() < below) continue;
                looked[count] = features[at];
                worth[count++] = values[at] / (1.0f - left_out);
            }
            for (int n = 0; n < count; n++) {
                const float *weights = table + (int64_t)looked[n] * lanes;
                for (int k = 0; k < lanes; k++) sums[k] += worth[n] * weights[k];
            }
            errors(sums, sizes, heads, labels + (int64_t)row * heads);
            for (int n = 0; n < count; n++) {
                float *weights = table + (int64_t)looked[n] * lanes, *square = squares + (int64_t)looked[n] * lanes;
                for (int k = 0; k < lanes; k++) {
                    float slope = sums[k] * worth[n] + shrink * weights[k];
                    square[k] += slope * slope;
                    weights[k] -= step * slope / (sqrtf(square[k]) + 1e-4f);
                }
            }
        }
    }
    free(looked);
    free(worth);
    return 0;
}
