// The headers of valijson, the same way everywhere.
#pragma once

#define VALIJSON_USE_EXCEPTIONS 1  // else it ends the process over a schema that is none
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/constraint_builder.hpp>
#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
