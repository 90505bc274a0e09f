// What every kernel in this folder stands on: its view of TensorFlow's tensors, its registration, and rows shared out over threads.
//
// TensorFlow's C interface for kernels (tensorflow/c/kernels.h, tensorflow/c/ops.h) is all that is used of it. The kernels are part
// of the addon that environment/addon.mjs compiles, register themselves when it is loaded, and run by the names they have here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <string>
#include <thread>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

// Compiled once for each generation of vector instructions; the processor's is chosen when the addon is loaded. GCC knows the
// generations by name from 12 on; before, that of AVX2 goes without fused multiply-add.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#if __GNUC__ >= 12
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#else
#define FOR_EACH_PROCESSOR
#endif

namespace falconframes {

// One run of a kernel: inputs and outputs by their numbers. A failed output leaves a null pointer and the failure with TensorFlow.
class Run {
 public:
  explicit Run(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  Run(const Run&) = delete;
  ~Run() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }

  const float* floats(int input) { return static_cast<const float*>(TF_TensorData(at(input))); }
  const int32_t* integers(int input) { return static_cast<const int32_t*>(TF_TensorData(at(input))); }
  const uint8_t* bytes(int input) { return static_cast<const uint8_t*>(TF_TensorData(at(input))); }
  int64_t extent(int input, int axis) { return TF_Dim(at(input), axis); }
  int64_t count(int input) { return TF_TensorElementCount(at(input)); }

  float* allocate(int output, std::initializer_list<int64_t> shape) {
    int64_t elements = 1;
    for (int64_t extent : shape) elements *= extent;
    TF_Tensor* tensor = TF_AllocateOutput(context_, output, TF_FLOAT, shape.begin(), static_cast<int>(shape.size()),
                                          elements * sizeof(float), status_);
    if (TF_GetCode(status_) != TF_OK) {
      TF_OpKernelContext_Failure(context_, status_);
      return nullptr;
    }
    tensors_.push_back(tensor);
    return static_cast<float*>(TF_TensorData(tensor));
  }

  // Answers a tensor that was made elsewhere.
  void set(int output, TF_Tensor* tensor) {
    tensors_.push_back(tensor);
    TF_SetOutput(context_, output, tensor, status_);
  }

  void fail(const std::string& reason) {
    TF_SetStatus(status_, TF_INTERNAL, reason.c_str());
    TF_OpKernelContext_Failure(context_, status_);
  }

 private:
  TF_Tensor* at(int input) {
    while (static_cast<int>(inputs_.size()) <= input) {
      TF_Tensor* tensor = nullptr;
      TF_GetInput(context_, static_cast<int>(inputs_.size()), &tensor, status_);
      inputs_.push_back(tensor);
      tensors_.push_back(tensor);
    }
    return inputs_[input];
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> inputs_;
  std::vector<TF_Tensor*> tensors_;
};

// The attributes that the kernels have, each where its operation declares it.
struct Attributes {
  float epsilon = 0;    // of LayerNorm
  float rate = 0;       // of dropout
  int32_t threshold = 0;  // a value is dropped where its random byte is below
  int32_t heads = 0;    // of attention
  int64_t count = 0;    // of a table's rows, or a file's numbers
  std::string path;     // of a file

  float keep() const { return 1 / (1 - rate); }
};

inline void* readAttributes(TF_OpKernelConstruction* construction) {
  auto* attributes = new Attributes();
  TF_Status* status = TF_NewStatus();
  // What an operation does not declare stays as it is.
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &attributes->epsilon, status);
  TF_OpKernelConstruction_GetAttrFloat(construction, "rate", &attributes->rate, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "threshold", &attributes->threshold, status);
  TF_OpKernelConstruction_GetAttrInt32(construction, "heads", &attributes->heads, status);
  TF_OpKernelConstruction_GetAttrInt64(construction, "count", &attributes->count, status);
  int32_t listSize, totalSize;
  TF_OpKernelConstruction_GetAttrSize(construction, "path", &listSize, &totalSize, status);
  if (TF_GetCode(status) == TF_OK) {
    attributes->path.resize(totalSize);
    TF_OpKernelConstruction_GetAttrString(construction, "path", &attributes->path[0], totalSize, status);
  }
  TF_DeleteStatus(status);
  return attributes;
}

inline void deleteAttributes(void* attributes) { delete static_cast<Attributes*>(attributes); }

// Makes an operation and its kernel for processors known to TensorFlow under a name.
template <void (*compute)(const Attributes&, Run&)>
struct Registration {
  Registration(const char* name, std::initializer_list<const char*> inputs, std::initializer_list<const char*> outputs,
               std::initializer_list<const char*> attributes = {}) {
    TF_Status* status = TF_NewStatus();
    TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
    for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
    for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
    for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
    TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, TF_ShapeInferenceContextSetUnknownShape);
    // What has no result runs for its effect.
    TF_OpDefinitionBuilderSetIsStateful(definition, outputs.size() == 0);
    TF_RegisterOpDefinition(definition, status);
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(name, "CPU", readAttributes, run, deleteAttributes);
    TF_RegisterKernelBuilder(name, kernel, status);
    TF_DeleteStatus(status);
  }

  static void run(void* attributes, TF_OpKernelContext* context) {
    Run own(context);
    compute(*static_cast<const Attributes*>(attributes), own);
  }
};

// As many threads as TensorFlow's own kernels have.
inline int threadsToUse() {
  static const int threads = [] {
    const char* told = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int number = told ? std::atoi(told) : 0;
    return number > 0 ? number : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }();
  return threads;
}

// Into how many pieces to cut rows: one a thread, none of fewer than `least`. It depends on these numbers alone, and with it how sums over
// rows are rounded.
inline int piecesOf(int64_t rows, int64_t least) {
  return static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(threadsToUse(), rows / std::max<int64_t>(1, least))));
}

// Runs `work(begin, end, piece)` on each piece of the rows, all at once.
inline void shareOut(int64_t rows, int pieces, const std::function<void(int64_t, int64_t, int)>& work) {
  std::vector<std::thread> others;
  for (int piece = 1; piece < pieces; piece++)
    others.emplace_back([&, piece] { work(rows * piece / pieces, rows * (piece + 1) / pieces, piece); });
  work(0, rows / pieces, 0);
  for (std::thread& other : others) other.join();
}

// Sums over rows, one a piece, into the first.
inline void addUp(std::vector<float>& sums, int64_t width, int pieces, float* result) {
  for (int64_t column = 0; column < width; column++) {
    float sum = 0;
    for (int piece = 0; piece < pieces; piece++) sum += sums[piece * width + column];
    result[column] = sum;
  }
}

}  // namespace falconframes
