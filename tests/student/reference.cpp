#include "reference.hpp"

#include "export/reference.hpp"

namespace tiny {

std::vector<std::vector<double>> reference_logits(const udrl::student::StudentConfig& config, const Weights& weights,
                                                  const std::vector<int>& ids) {
  const Folder folder;
  const std::vector<udrl::student::TensorView> views = weights.views();
  udrl::student::write_weights(folder.path(), config, views);
  const udrl::student::SafetensorsFile file(folder / udrl::student::files::weights);
  udrl::student::Reference reference(config, file);
  std::vector<std::vector<double>> logits;
  for (const int id : ids) logits.push_back(reference.read(id));
  return logits;
}

}  // namespace tiny
