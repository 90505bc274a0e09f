// Functions of single numbers, written without branches, so that loops over them become vector instructions.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace falconframes {

// e to the x, to within one unit in the last place; 0 below -87. x = n ln 2 + r with |r| <= ln 2 / 2, e^r by its Taylor polynomial.
inline __attribute__((always_inline)) float exponential(float x) {
  const float bounded = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
  // Adding and subtracting 1.5 * 2^23 rounds to the nearest whole number, which then stands in the lowest bits.
  const float shifted = bounded * 1.44269504f + 12582912.0f;
  int32_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  const float n = static_cast<float>(bits - 0x4B400000);
  const float r = (bounded - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts, the first exact in few bits
  float power = 1.0f / 5040;
  power = power * r + 1.0f / 720;
  power = power * r + 1.0f / 120;
  power = power * r + 1.0f / 24;
  power = power * r + 1.0f / 6;
  power = power * r + 0.5f;
  power = power * r + 1.0f;
  power = power * r + 1.0f;
  const int32_t scaleBits = (bits - 0x4B400000 + 127) << 23;
  float scale;
  std::memcpy(&scale, &scaleBits, sizeof scale);
  return x < -87.0f ? 0.0f : power * scale;
}

// The normal distribution's density and cumulative probability at u: Φ by Abramowitz & Stegun (1964), formula 7.1.26, within 3e-7.
inline __attribute__((always_inline)) void normal(float u, float* density, float* cumulative) {
  const float bell = exponential(-0.5f * u * u);
  const float x = std::fabs(u) * 0.70710678f;
  const float t = 1.0f / (1.0f + 0.3275911f * x);
  const float polynomial =
      t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
  const float tail = 0.5f * polynomial * bell;  // Φ(-|u|)
  *density = bell * 0.39894228f;
  *cumulative = u < 0 ? tail : 1.0f - tail;
}

}  // namespace falconframes
