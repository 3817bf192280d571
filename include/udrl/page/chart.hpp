// Charts as inline SVG, drawn for a column 390 units wide, coloured by the page's style sheet (classes student, model,
// control). Not for: tables, or which figures are shown (eval/report/report.hpp, inspect/doctor.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "udrl/page/html.hpp"

namespace udrl::page {

/// A named value with its interval; NaN bounds draw no whisker.
struct Mark {
  std::string label;
  std::string css_class;  ///< student, model or control
  double value = 0, low = 0, high = 0;
};

/// Axis values at round numbers (1, 2 or 5 times a power of ten) inside low … high; about `wanted` of them.
std::vector<double> linear_ticks(double low, double high, int wanted);
/// 1, 2 and 5 times powers of ten inside low … high, only powers of ten where that is over six; both ends above 0.
std::vector<double> log_ticks(double low, double high);

/// One line a mark: label and value above a dot with its whisker. `guide` draws a vertical line (NaN: none).
Html interval_chart(const std::vector<Mark>& marks, double guide, const std::string& axis_title);

struct Point {
  Mark y;
  double x = 0;
};
struct ScatterText {
  std::string x_title, y_title;
  std::function<std::string(double)> x_tick;  ///< how a value of the x axis is written
};
/// Logarithmic x axis; each point named beside it, without overlaps as far as there is room.
Html scatter_chart(const std::vector<Point>& points, const ScatterText& text);

/// Words asked (x) against words got (y): every answer a faint dot, their mean for each length asked a line, and the
/// diagonal.
Html words_chart(const std::vector<std::pair<int, int>>& asked_and_got);

/// A curve.
struct Series {
  std::string label;
  std::string css_class;  ///< student, model or control; with "dashed" for a broken line
  std::vector<std::pair<double, double>> points;
};
struct LinesText {
  std::string x_title, y_title;
  std::vector<double> x_ticks;  ///< none: round numbers
  bool even = false;            ///< x_ticks stand at equal distances
  bool y_hidden = false;        ///< shapes alone count
  bool from_zero = true;        ///< the y axis begins at 0, or below where values are; else at the lowest value
};
/// Curves over one scale, named above it.
Html lines_chart(const std::vector<Series>& series, const LinesText& text);

/// A square of correlations, −1 … 1, NaN left empty: the stronger the fuller. Rows are named, columns numbered.
Html matrix_chart(const std::vector<std::string>& names, const std::vector<std::vector<double>>& values,
                  const std::string& what);

/// How many there are of each (column, row).
struct Cell {
  int column = 1;  ///< 1 … columns
  int row = 0;     ///< 0 … rows - 1
  std::uint64_t count = 0;
  std::string title;  ///< shown where the pointer rests
};
struct CellMap {
  int columns = 0, rows = 0;
  std::vector<Cell> cells;  ///< those that are not empty
};
/// Columns from left to right, rows from the bottom up; the more, the fuller.
Html map_chart(const CellMap& map, const std::string& x_title, const std::string& what);

}  // namespace udrl::page
