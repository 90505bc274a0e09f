// GELU (Hendrycks & Gimpel 2016, arXiv:1606.08415) of a linear layer's result, with its bias, in one pass over memory each way.
#include "mathematics.h"
#include "operation.h"

namespace falconframes {
namespace {

constexpr int64_t LEAST_ROWS = 64;  // worth a thread

// u = x + bias: y = u Φ(u) and its derivative Φ(u) + u φ(u).
FOR_EACH_PROCESSOR void geluOfRow(const float* x, const float* bias, int64_t width, float* y, float* slope) {
#pragma omp simd
  for (int64_t i = 0; i < width; i++) {
    const float u = x[i] + bias[i];
    float density, cumulative;
    normal(u, &density, &cumulative);
    y[i] = u * cumulative;
    slope[i] = cumulative + u * density;
  }
}

// FalconGelu: x [rows, width], bias [width] -> y [rows, width], slope [rows, width]
void gelu(const Attributes&, Run& run) {
  const int64_t rows = run.extent(0, 0), width = run.extent(0, 1);
  const float *x = run.floats(0), *bias = run.floats(1);
  float* y = run.allocate(0, {rows, width});
  float* slope = run.allocate(1, {rows, width});
  if (!y || !slope) return;
  shareOut(rows, piecesOf(rows, LEAST_ROWS), [=](int64_t begin, int64_t end, int) {
    for (int64_t row = begin * width; row < end * width; row += width)
      geluOfRow(x + row, bias, width, y + row, slope + row);
  });
}

FOR_EACH_PROCESSOR void multiplyRow(const float* dy, const float* slope, int64_t width, float* dx, float* sum) {
#pragma omp simd
  for (int64_t i = 0; i < width; i++) {
    dx[i] = dy[i] * slope[i];
    sum[i] += dx[i];
  }
}

// FalconGeluGradient: dy [rows, width], slope [rows, width] -> dx = dy slope [rows, width], dbias = the sum of its rows [width]
void geluGradient(const Attributes&, Run& run) {
  const int64_t rows = run.extent(0, 0), width = run.extent(0, 1);
  const float *dy = run.floats(0), *slope = run.floats(1);
  float* dx = run.allocate(0, {rows, width});
  float* dBias = run.allocate(1, {width});
  if (!dx || !dBias) return;
  const int pieces = piecesOf(rows, LEAST_ROWS);
  std::vector<float> sums(pieces * width);
  float* sum = sums.data();
  shareOut(rows, pieces, [=](int64_t begin, int64_t end, int piece) {
    for (int64_t row = begin * width; row < end * width; row += width)
      multiplyRow(dy + row, slope + row, width, dx + row, sum + piece * width);
  });
  addUp(sums, width, pieces, dBias);
}

Registration<gelu> forward("FalconGelu", {"x: float", "bias: float"}, {"y: float", "slope: float"});
Registration<geluGradient> backward("FalconGeluGradient", {"dy: float", "slope: float"}, {"dx: float", "dbias: float"});

}  // namespace
}  // namespace falconframes
