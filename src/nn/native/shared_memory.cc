// Memory that several processes have in common: a file of 32-bit floats as a tensor, and numbers put into such a tensor.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "operation.h"

namespace falconframes {
namespace {

void unmap(void* data, size_t bytes, void*) { munmap(data, bytes); }

// FalconShare: the first `count` floats of the file `path`, which must have so many, in the file's own memory -> [count]
void share(const Attributes& attributes, Run& run) {
  const size_t bytes = attributes.count * sizeof(float);
  const int file = open(attributes.path.c_str(), O_RDWR);
  void* data = file < 0 ? MAP_FAILED : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) close(file);
  if (data == MAP_FAILED) return run.fail(attributes.path + ": cannot be mapped into memory");
  run.set(0, TF_NewTensor(TF_FLOAT, &attributes.count, 1, data, bytes, unmap, nullptr));
}

// FalconStore: writes numbers over the first ones of a shared tensor, whatever the shapes. source [...], target [at least as many]
void store(const Attributes&, Run& run) {
  std::memcpy(const_cast<float*>(run.floats(1)), run.floats(0), run.count(0) * sizeof(float));
}

Registration<share> sharing("FalconShare", {}, {"shared: float"}, {"path: string", "count: int"});
Registration<store> storing("FalconStore", {"source: float", "target: float"}, {});

}  // namespace
}  // namespace falconframes
