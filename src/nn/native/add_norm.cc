// LayerNorm (Ba et al. 2016, arXiv:1607.06450) of a residual and a linear layer's result, with that layer's bias and dropout
// (Srivastava et al. 2014, JMLR 15) on the way, in one pass over memory each way.
#include <cmath>

#include "operation.h"

namespace falconframes {
namespace {

constexpr int64_t LEAST_ROWS = 128;  // worth a thread

// s = residual + dropout(x + bias)
FOR_EACH_PROCESSOR void sumOfRow(const float* x, const float* bias, const float* residual, const uint8_t* random,
                                 int32_t threshold, float keep, int64_t width, float* s) {
  if (!random) {
#pragma omp simd
    for (int64_t i = 0; i < width; i++) s[i] = residual[i] + (x[i] + bias[i]);
    return;
  }
#pragma omp simd
  for (int64_t i = 0; i < width; i++) {
    const float factor = static_cast<int32_t>(random[i]) < threshold ? 0.0f : keep;
    s[i] = residual[i] + (x[i] + bias[i]) * factor;
  }
}

// s becomes x̂ = (s - mean) / σ in place; y = x̂ gain + shift. Returns 1 / σ.
FOR_EACH_PROCESSOR float normalizeRow(float* s, const float* gain, const float* shift, float epsilon, int64_t width, float* y) {
  float mean = 0;
#pragma omp simd reduction(+ : mean)
  for (int64_t i = 0; i < width; i++) mean += s[i];
  mean /= width;
  float variance = 0;
#pragma omp simd reduction(+ : variance)
  for (int64_t i = 0; i < width; i++) {
    s[i] -= mean;
    variance += s[i] * s[i];
  }
  const float inverse = 1 / std::sqrt(variance / width + epsilon);
#pragma omp simd
  for (int64_t i = 0; i < width; i++) {
    s[i] *= inverse;
    y[i] = s[i] * gain[i] + shift[i];
  }
  return inverse;
}

// FalconAddNorm: x, residual [rows, width]; bias, gain, shift [width]; random bytes [rows, width], or none for no dropout
// -> y, x̂ [rows, width], 1 / σ [rows]
void addNorm(const Attributes& attributes, Run& run) {
  const int64_t rows = run.extent(0, 0), width = run.extent(0, 1);
  const float *x = run.floats(0), *bias = run.floats(1), *residual = run.floats(2), *gain = run.floats(3), *shift = run.floats(4);
  const uint8_t* random = run.count(5) > 0 ? run.bytes(5) : nullptr;
  float* y = run.allocate(0, {rows, width});
  float* normalized = run.allocate(1, {rows, width});
  float* inverse = run.allocate(2, {rows});
  if (!y || !normalized || !inverse) return;
  const int32_t threshold = attributes.threshold;
  const float keep = attributes.keep(), epsilon = attributes.epsilon;
  shareOut(rows, piecesOf(rows, LEAST_ROWS), [=](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; row++) {
      const int64_t at = row * width;
      sumOfRow(x + at, bias, residual + at, random ? random + at : nullptr, threshold, keep, width, normalized + at);
      inverse[row] = normalizeRow(normalized + at, gain, shift, epsilon, width, y + at);
    }
  });
}

// With g = dy gain: ds = (g - mean(g) - x̂ mean(g x̂)) / σ; of the gain's gradient dy x̂ is added up, of the shift's dy.
FOR_EACH_PROCESSOR void gradientOfRow(const float* dy, const float* normalized, const float* gain, float inverse, int64_t width,
                                      float* ds, float* dGain, float* dShift) {
  float mean = 0, along = 0;
#pragma omp simd reduction(+ : mean, along)
  for (int64_t i = 0; i < width; i++) {
    const float g = dy[i] * gain[i];
    mean += g;
    along += g * normalized[i];
    dGain[i] += dy[i] * normalized[i];
    dShift[i] += dy[i];
  }
  mean /= width;
  along /= width;
#pragma omp simd
  for (int64_t i = 0; i < width; i++) ds[i] = (dy[i] * gain[i] - mean - normalized[i] * along) * inverse;
}

// dx = ds where the value was kept; its sum over rows is the bias's gradient.
FOR_EACH_PROCESSOR void dropoutGradientOfRow(const float* ds, const uint8_t* random, int32_t threshold, float keep, int64_t width,
                                             float* dx, float* dBias) {
#pragma omp simd
  for (int64_t i = 0; i < width; i++) {
    const float factor = !random ? 1.0f : (static_cast<int32_t>(random[i]) < threshold ? 0.0f : keep);
    dx[i] = ds[i] * factor;
    dBias[i] += dx[i];
  }
}

// FalconAddNormGradient: dy, x̂ [rows, width], 1 / σ [rows], gain [width], random bytes as above
// -> dx, dresidual [rows, width]; dbias, dgain, dshift [width]
void addNormGradient(const Attributes& attributes, Run& run) {
  const int64_t rows = run.extent(0, 0), width = run.extent(0, 1);
  const float *dy = run.floats(0), *normalized = run.floats(1), *inverse = run.floats(2), *gain = run.floats(3);
  const uint8_t* random = run.count(4) > 0 ? run.bytes(4) : nullptr;
  float* dx = run.allocate(0, {rows, width});
  float* dResidual = run.allocate(1, {rows, width});
  float* dParameters[3];
  for (int parameter = 0; parameter < 3; parameter++) dParameters[parameter] = run.allocate(2 + parameter, {width});
  if (!dx || !dResidual || !dParameters[0] || !dParameters[1] || !dParameters[2]) return;
  const int pieces = piecesOf(rows, LEAST_ROWS);
  std::vector<float> sums[3];
  for (std::vector<float>& each : sums) each.resize(pieces * width);
  float *biasSum = sums[0].data(), *gainSum = sums[1].data(), *shiftSum = sums[2].data();
  const int32_t threshold = attributes.threshold;
  const float keep = attributes.keep();
  shareOut(rows, pieces, [=](int64_t begin, int64_t end, int piece) {
    const int64_t own = piece * width;
    for (int64_t row = begin; row < end; row++) {
      const int64_t at = row * width;
      gradientOfRow(dy + at, normalized + at, gain, inverse[row], width, dResidual + at, gainSum + own, shiftSum + own);
      dropoutGradientOfRow(dResidual + at, random ? random + at : nullptr, threshold, keep, width, dx + at, biasSum + own);
    }
  });
  for (int parameter = 0; parameter < 3; parameter++) addUp(sums[parameter], width, pieces, dParameters[parameter]);
}

Registration<addNorm> forward("FalconAddNorm",
                              {"x: float", "bias: float", "residual: float", "gain: float", "shift: float", "random: uint8"},
                              {"y: float", "normalized: float", "inverse: float"},
                              {"epsilon: float", "rate: float", "threshold: int"});
Registration<addNormGradient> backward("FalconAddNormGradient",
                                       {"dy: float", "normalized: float", "inverse: float", "gain: float", "random: uint8"},
                                       {"dx: float", "dresidual: float", "dbias: float", "dgain: float", "dshift: float"},
                                       {"rate: float", "threshold: int"});

}  // namespace
}  // namespace falconframes
