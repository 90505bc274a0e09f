// One update of AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101), decay and moments in one pass over memory.
#include <cmath>

#include "operation.h"

namespace falconframes {
namespace {

constexpr int64_t LEAST_NUMBERS = 1 << 16;  // worth a thread

struct Numbers {
  float lost, rate, beta1, beta2, epsilon;
};

// m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²; w ← w - lost w - rate m / (√v + ε)
FOR_EACH_PROCESSOR void updateAll(float* w, float* m, float* v, const float* g, Numbers n, int64_t begin, int64_t end) {
#pragma omp simd
  for (int64_t i = begin; i < end; i++) {
    m[i] += (g[i] - m[i]) * (1 - n.beta1);
    v[i] += (g[i] * g[i] - v[i]) * (1 - n.beta2);
    w[i] -= n.lost * w[i] + n.rate * m[i] / (std::sqrt(v[i]) + n.epsilon);
  }
}

// FalconAdamW: a parameter, its moments and its gradient, of one shape, then five numbers: lost, rate, β₁, β₂, ε. Writes to the memory of
// the first three, which is that of their variables.
void adamW(const Attributes&, Run& run) {
  float* updated[3];
  for (int input = 0; input < 3; input++) updated[input] = const_cast<float*>(run.floats(input));
  const float *g = run.floats(3), *numbers = run.floats(4);
  const Numbers n = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
  const int64_t count = run.count(0);
  float *w = updated[0], *m = updated[1], *v = updated[2];
  shareOut(count, piecesOf(count, LEAST_NUMBERS),
           [=](int64_t begin, int64_t end, int) { updateAll(w, m, v, g, n, begin, end); });
}

Registration<adamW> registration("FalconAdamW", {"w: float", "m: float", "v: float", "g: float", "numbers: float"}, {});

}  // namespace
}  // namespace falconframes
