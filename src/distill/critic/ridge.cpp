// By the normal equations and their Cholesky factor.
#include "ridge.hpp"

#define EIGEN_MPL2_ONLY  // a few of its files have another licence
#include <Eigen/Cholesky>
#include <cassert>

namespace udrl::distill {

std::vector<double> ridge_weights(std::span<const double> rows, std::span<const double> b, double lambda) {
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  if (b.empty()) return {};
  assert(rows.size() % b.size() == 0 && lambda > 0);
  const auto count = static_cast<Eigen::Index>(b.size()), width = static_cast<Eigen::Index>(rows.size() / b.size());
  const Eigen::Map<const Matrix> a(rows.data(), count, width);
  const Eigen::Map<const Eigen::VectorXd> wanted(b.data(), count);
  Matrix normal = a.transpose() * a;
  normal.diagonal().array() += lambda;
  const Eigen::VectorXd weights = normal.llt().solve(a.transpose() * wanted);
  return {weights.data(), weights.data() + weights.size()};
}

}  // namespace udrl::distill
