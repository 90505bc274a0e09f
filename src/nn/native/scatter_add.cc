// The gradient of a table of which rows were taken.
#include <cstring>

#include "operation.h"

namespace falconframes {
namespace {

FOR_EACH_PROCESSOR void addRow(const float* values, int64_t width, float* row) {
#pragma omp simd
  for (int64_t i = 0; i < width; i++) row[i] += values[i];
}

// FalconScatterAdd: values [count, width], indices int32 [count] -> [rows, width]: row i of the values added to row indices[i] of zeros
void scatterAdd(const Attributes& attributes, Run& run) {
  const int64_t count = run.extent(0, 0), width = run.extent(0, 1);
  const float* values = run.floats(0);
  const int32_t* indices = run.integers(1);
  float* table = run.allocate(0, {attributes.count, width});
  if (!table) return;
  std::memset(table, 0, attributes.count * width * sizeof(float));
  for (int64_t i = 0; i < count; i++) addRow(values + i * width, width, table + indices[i] * width);
}

Registration<scatterAdd> registration("FalconScatterAdd", {"values: float", "indices: int32"}, {"table: float"}, {"count: int"});

}  // namespace
}  // namespace falconframes
