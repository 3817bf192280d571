// By the eigenvectors of the covariance.
#include "principal.hpp"

#define EIGEN_MPL2_ONLY  // a few of its files have another licence
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cstddef>

namespace udrl::distill {

std::vector<float> principal_parts(const std::vector<std::vector<float>>& rows, int dimensions) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  if (rows.empty()) return {};
  const auto count = static_cast<Eigen::Index>(rows.size()), width = static_cast<Eigen::Index>(rows.front().size());
  Matrix x(count, width);
  for (Eigen::Index r = 0; r < count; ++r)
    x.row(r) = Eigen::Map<const Eigen::RowVectorXf>(rows[static_cast<std::size_t>(r)].data(), width).cast<double>();
  x.rowwise() -= x.colwise().mean().eval();
  const Matrix covariance = x.transpose() * x / static_cast<double>(count);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(covariance);  // values ascend
  const Eigen::Index kept = std::min<Eigen::Index>(dimensions, width);
  Matrix parts = x * solver.eigenvectors().rightCols(kept);
  for (Eigen::Index r = 0; r < count; ++r) {
    const double norm = parts.row(r).norm();
    if (norm > 0) parts.row(r) /= norm;
  }
  std::vector<float> out(static_cast<std::size_t>(count * kept));
  std::copy(parts.data(), parts.data() + parts.size(), out.begin());
  return out;
}

}  // namespace udrl::distill
