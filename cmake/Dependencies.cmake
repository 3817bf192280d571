# Every outside library, found once. What set-up installs is found without flags; CMAKE_PREFIX_PATH wins.
find_package(PkgConfig REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET GLOBAL libutf8proc)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET GLOBAL re2)
set_property(TARGET PkgConfig::re2 PROPERTY INTERFACE_COMPILE_OPTIONS "")  # -pthread, which precompiled headers lack
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET GLOBAL cpp-httplib)
find_package(Stemmer REQUIRED)           # Stemmer::Stemmer

find_package(Llama REQUIRED)          # llama::llama, ggml::base
include(LlamaJinja)                   # llama_jinja
find_package(SentencePiece REQUIRED)  # SentencePiece::SentencePiece, SentencePiece::Trainer
find_package(LibTorch REQUIRED)       # LibTorch::LibTorch
if(UDRL_BUILD_TESTS)
  find_package(Catch2 REQUIRED)       # version 2 or 3
  include(Catch)
endif()
