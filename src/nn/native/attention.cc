// Scaled dot-product attention in several heads (Vaswani et al. 2017, arXiv:1706.03762) from queries, keys and values that lie side by
// side, and back: a sentence's head after the other, whose matrices stay in the processor's cache.
#include <cmath>

#include "mathematics.h"
#include "operation.h"

namespace falconframes {
namespace {

// A block of a product, so small that it is added up in registers. The rows of a and out are `aStep` and `outStep` apart, those of B
// `bStep`. a [ROWS, depth], B [depth, COLUMNS] -> out = a B [ROWS, COLUMNS]
template <int64_t ROWS, int64_t COLUMNS>
inline __attribute__((always_inline)) void block(const float* a, int64_t aStep, const float* b, int64_t bStep, int64_t depth,
                                                 float* out, int64_t outStep) {
  float sums[ROWS][COLUMNS] = {};
  for (int64_t k = 0; k < depth; k++)
    for (int64_t i = 0; i < ROWS; i++)
      for (int64_t j = 0; j < COLUMNS; j++) sums[i][j] += a[i * aStep + k] * b[k * bStep + j];
  for (int64_t i = 0; i < ROWS; i++)
    for (int64_t j = 0; j < COLUMNS; j++) out[i * outStep + j] = sums[i][j];
}

// So many columns of a product // a [rows, depth], B [depth, COLUMNS] -> out [rows, COLUMNS]
template <int64_t COLUMNS>
inline __attribute__((always_inline)) void column(const float* a, int64_t aStep, const float* b, int64_t bStep, int64_t rows,
                                                  int64_t depth, float* out, int64_t outStep) {
  int64_t i = 0;
  for (; i + 2 <= rows; i += 2) block<2, COLUMNS>(a + i * aStep, aStep, b, bStep, depth, out + i * outStep, outStep);
  if (i < rows) block<1, COLUMNS>(a + i * aStep, aStep, b, bStep, depth, out + i * outStep, outStep);
}

// out = a B // a [rows, depth], B [depth, columns] -> out [rows, columns]; fastest where the columns are a multiple of eight
FOR_EACH_PROCESSOR void product(const float* a, int64_t aStep, const float* b, int64_t bStep, int64_t rows, int64_t depth,
                                int64_t columns, float* out, int64_t outStep) {
  int64_t j = 0;
  for (; j + 32 <= columns; j += 32) column<32>(a, aStep, b + j, bStep, rows, depth, out + j, outStep);
  for (; j + 8 <= columns; j += 8) column<8>(a, aStep, b + j, bStep, rows, depth, out + j, outStep);
  for (; j < columns; j++) column<1>(a, aStep, b + j, bStep, rows, depth, out + j, outStep);
}

// in [rows, columns] with rows `step` apart, times a factor -> out [columns, rows] with rows `outStep` apart
FOR_EACH_PROCESSOR void transpose(const float* in, int64_t step, int64_t rows, int64_t columns, float factor, float* out,
                                  int64_t outStep) {
  for (int64_t j = 0; j < columns; j++)
#pragma omp simd
    for (int64_t i = 0; i < rows; i++) out[j * outStep + i] = factor * in[i * step + j];
}

FOR_EACH_PROCESSOR void addTo(float* s, const float* bias, int64_t length) {
#pragma omp simd
  for (int64_t j = 0; j < length; j++) s[j] += bias[j];
}

FOR_EACH_PROCESSOR void scaleRow(const float* in, float factor, int64_t length, float* out) {
#pragma omp simd
  for (int64_t j = 0; j < length; j++) out[j] = factor * in[j];
}

// p = softmax(s + mask)
FOR_EACH_PROCESSOR void softmaxOfRow(const float* s, const float* mask, int64_t length, float* p) {
  float highest = s[0] + mask[0];
#pragma omp simd reduction(max : highest)
  for (int64_t j = 1; j < length; j++) {
    const float value = s[j] + mask[j];
    highest = value > highest ? value : highest;
  }
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < length; j++) {
    p[j] = exponential(s[j] + mask[j] - highest);
    sum += p[j];
  }
  const float inverse = 1 / sum;
#pragma omp simd
  for (int64_t j = 0; j < length; j++) p[j] *= inverse;
}

FOR_EACH_PROCESSOR void drop(const float* in, const uint8_t* random, int32_t threshold, float keep, int64_t count, float* out) {
#pragma omp simd
  for (int64_t i = 0; i < count; i++) out[i] = static_cast<int32_t>(random[i]) < threshold ? 0.0f : in[i] * keep;
}

// ds = scale p (dp - the sum of dp p)
FOR_EACH_PROCESSOR void softmaxGradientOfRow(const float* dp, const float* p, float scale, int64_t length, float* ds) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < length; j++) sum += dp[j] * p[j];
#pragma omp simd
  for (int64_t j = 0; j < length; j++) ds[j] = scale * p[j] * (dp[j] - sum);
}

// The extents of a run, from what is projected, the mask and the number of heads.
struct Extents {
  Extents(const Attributes& attributes, Run& run, int projected, int mask)
      : heads(attributes.heads),
        batch(run.extent(mask, 0)),
        length(run.extent(mask, 3)),
        columns(run.extent(projected, 1)),
        width(columns / (3 * heads)) {}
  int64_t heads, batch, length, columns, width;

  int64_t hidden() const { return heads * width; }
  // The length of a row of scores in our own buffers: a multiple of eight, as products want it. What is beyond `length` is zero or unused.
  int64_t padded() const { return (length + 7) / 8 * 8; }
  float scale() const { return 1 / std::sqrt(static_cast<float>(width)); }
};

// FalconAttention: projected [batch * length, 3 * heads * width]: query, key and value; mask [batch, 1, 1, length] and bias
// [1, heads, length, length] (or none), added to the scores; random bytes [batch, heads, length, length], or none for no dropout
// -> context [batch * length, heads * width], weights [batch, heads, length, length] before dropout
void attention(const Attributes& attributes, Run& run) {
  const Extents e(attributes, run, 0, 1);
  const float *projected = run.floats(0), *mask = run.floats(1), *bias = run.count(2) > 0 ? run.floats(2) : nullptr;
  const uint8_t* random = run.count(3) > 0 ? run.bytes(3) : nullptr;
  float* context = run.allocate(0, {e.batch * e.length, e.hidden()});
  float* weights = run.allocate(1, {e.batch, e.heads, e.length, e.length});
  if (!context || !weights) return;
  const int64_t square = e.length * e.length;
  shareOut(e.batch * e.heads, piecesOf(e.batch * e.heads, 16), [=](int64_t begin, int64_t end, int) {
    std::vector<float> keys(e.width * e.padded()), scores(e.length * e.padded());
    for (int64_t head = begin; head < end; head++) {
      const int64_t sentence = head / e.heads;
      const float* query = projected + sentence * e.length * e.columns + head % e.heads * e.width;
      const float *key = query + e.hidden(), *value = key + e.hidden();
      float* p = weights + head * square;
      transpose(key, e.columns, e.length, e.width, e.scale(), keys.data(), e.padded());
      product(query, e.columns, keys.data(), e.padded(), e.length, e.width, e.padded(), scores.data(), e.padded());
      for (int64_t row = 0; row < e.length; row++) {
        float* own = scores.data() + row * e.padded();
        if (bias) addTo(own, bias + head % e.heads * square + row * e.length, e.length);
        softmaxOfRow(own, mask + sentence * e.length, e.length, p + row * e.length);
      }
      if (random) drop(p, random + head * square, attributes.threshold, attributes.keep(), square, scores.data());
      product(random ? scores.data() : p, e.length, value, e.columns, e.length, e.length, e.width,
              context + sentence * e.length * e.hidden() + head % e.heads * e.width, e.hidden());
    }
  });
}

// With P the weights, D dropout's factors and S the scores: dV = (P D)ᵀ dC, dP = (dC Vᵀ) D, dS = P (dP - the sum of dP P over the row),
// dQ = dS K / √width, dK = dSᵀ Q / √width.
// FalconAttentionGradient: dcontext [batch * length, heads * width], then the inputs and the weights -> dprojected, and with a bias
// dS [batch, heads, length, length], else nothing
void attentionGradient(const Attributes& attributes, Run& run) {
  const Extents e(attributes, run, 1, 2);
  const float *dContext = run.floats(0), *projected = run.floats(1), *weights = run.floats(5);
  const uint8_t* random = run.count(4) > 0 ? run.bytes(4) : nullptr;
  const bool biased = run.count(3) > 0;
  float* dProjected = run.allocate(0, {e.batch * e.length, e.columns});
  float* dScores = biased ? run.allocate(1, {e.batch, e.heads, e.length, e.length}) : run.allocate(1, {0});
  if (!dProjected || (biased && !dScores)) return;
  const int64_t square = e.length * e.length;
  shareOut(e.batch * e.heads, piecesOf(e.batch * e.heads, 16), [=](int64_t begin, int64_t end, int) {
    std::vector<float> values(e.width * e.padded()), one(e.length * e.padded()), other(square);
    for (int64_t head = begin; head < end; head++) {
      const int64_t sentence = head / e.heads, place = sentence * e.length * e.columns + head % e.heads * e.width;
      const float *query = projected + place, *key = query + e.hidden(), *value = key + e.hidden();
      float *dQuery = dProjected + place, *dKey = dQuery + e.hidden(), *dValue = dKey + e.hidden();
      const float* dC = dContext + sentence * e.length * e.hidden() + head % e.heads * e.width;
      const float* p = weights + head * square;
      const uint8_t* own = random ? random + head * square : nullptr;

      if (own) drop(p, own, attributes.threshold, attributes.keep(), square, one.data());
      transpose(own ? one.data() : p, e.length, e.length, e.length, 1, other.data(), e.length);  // (P D)ᵀ
      product(other.data(), e.length, dC, e.hidden(), e.length, e.length, e.width, dValue, e.columns);

      transpose(value, e.columns, e.length, e.width, 1, values.data(), e.padded());
      product(dC, e.hidden(), values.data(), e.padded(), e.length, e.width, e.padded(), one.data(), e.padded());
      for (int64_t row = 0; row < e.length; row++) {
        float* dP = one.data() + row * e.padded();
        if (own) drop(dP, own + row * e.length, attributes.threshold, attributes.keep(), e.length, dP);
        if (biased) {
          float* dS = dScores + head * square + row * e.length;
          softmaxGradientOfRow(dP, p + row * e.length, 1, e.length, dS);
          scaleRow(dS, e.scale(), e.length, dP);
        } else {
          softmaxGradientOfRow(dP, p + row * e.length, e.scale(), e.length, dP);  // dS / √width
        }
      }

      product(one.data(), e.padded(), key, e.columns, e.length, e.length, e.width, dQuery, e.columns);
      transpose(one.data(), e.padded(), e.length, e.length, 1, other.data(), e.length);
      product(other.data(), e.length, query, e.columns, e.length, e.length, e.width, dKey, e.columns);
    }
  });
}

Registration<attention> forward("FalconAttention", {"projected: float", "mask: float", "bias: float", "random: uint8"},
                                {"context: float", "weights: float"}, {"heads: int", "rate: float", "threshold: int"});
Registration<attentionGradient> backward("FalconAttentionGradient",
                                         {"dcontext: float", "projected: float", "mask: float", "bias: float", "random: uint8",
                                          "weights: float"},
                                         {"dprojected: float", "dscores: float"}, {"heads: int", "rate: float", "threshold: int"});

}  // namespace
}  // namespace falconframes
