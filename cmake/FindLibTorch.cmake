# LibTorch, found without Torch's own CMake configuration.
#
# Target: LibTorch::LibTorch. Variables: LibTorch_ROOT_DIR, LibTorch_VERSION, LibTorch_CUDA (whether it is a CUDA build),
# LibTorch_OPENMP (options for files with loops of their own in at::parallel_for).
# Not for: building CUDA code or Python extensions.
#
# Why not find_package(Torch):
#  - its configuration wants the CUDA toolkit on a machine that has but the CUDA wheel. Here no toolkit, header or
#    compiler of CUDA is needed: the libraries of the wheel are linked, and they find their own by RUNPATH;
#  - it puts LibTorch's own `fmt` headers in front of the system's, and the system's spdlog then does not compile.
#    Here its include folders come last (-idirafter).
#
# Looked for in: Torch_DIR and CMAKE_PREFIX_PATH (an unpacked libtorch/ or <site-packages>/torch), then .deps/venv.

function(_libtorch_candidates out)
  set(found "")
  if(Torch_DIR)
    get_filename_component(prefix "${Torch_DIR}/../../.." ABSOLUTE)
    list(APPEND found ${prefix} ${Torch_DIR})
  endif()
  set(prefixes ${CMAKE_PREFIX_PATH} $ENV{CMAKE_PREFIX_PATH})
  list(APPEND prefixes ${PROJECT_SOURCE_DIR}/.deps/venv)
  foreach(prefix IN LISTS prefixes)
    file(GLOB in_site_packages ${prefix}/lib/python3*/site-packages/torch)
    list(APPEND found ${prefix} ${prefix}/libtorch ${prefix}/torch ${in_site_packages})
  endforeach()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

function(_libtorch_root out)
  _libtorch_candidates(candidates)
  set(${out} "" PARENT_SCOPE)
  foreach(folder IN LISTS candidates)
    if(EXISTS ${folder}/lib/libtorch_cpu${CMAKE_SHARED_LIBRARY_SUFFIX} AND EXISTS ${folder}/include/ATen/ATen.h)
      set(${out} ${folder} PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

function(_libtorch_version out)
  foreach(file IN ITEMS ${LibTorch_ROOT_DIR}/version.py ${LibTorch_ROOT_DIR}/build-version)
    if(EXISTS ${file})
      file(READ ${file} text)
      if(text MATCHES "([0-9]+\\.[0-9]+\\.[0-9]+)")
        set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
endfunction()

# LibTorch's libraries carry one C++ ABI of std::string; ours must be the same. New ones have the new ABI.
function(_libtorch_check_abi)
  set(config ${LibTorch_ROOT_DIR}/share/cmake/Torch/TorchConfig.cmake)
  if(EXISTS ${config})
    file(STRINGS ${config} lines REGEX "_GLIBCXX_USE_CXX11_ABI=0")
    if(lines)
      message(FATAL_ERROR "${LibTorch_ROOT_DIR} was built for the old C++ ABI (_GLIBCXX_USE_CXX11_ABI=0), which nothing \
else here is. Take a LibTorch of version 2.7 or later, or the archive named cxx11-abi of an older one.")
    endif()
  endif()
endfunction()

# at::parallel_for is in LibTorch's headers: what it runs is compiled here. Its threads must be those of LibTorch's own
# operations: the OpenMP library beside it, whatever its name, or the compiler's where LibTorch came without one.
function(_libtorch_openmp options library)
  set(${options} "" PARENT_SCOPE)
  set(${library} "" PARENT_SCOPE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(${options} -fopenmp PARENT_SCOPE)
    set(${library} gomp PARENT_SCOPE)
    file(GLOB beside ${LibTorch_ROOT_DIR}/lib/libgomp*${CMAKE_SHARED_LIBRARY_SUFFIX}*
                     ${LibTorch_ROOT_DIR}/../torch.libs/libgomp*${CMAKE_SHARED_LIBRARY_SUFFIX}*)
    if(beside)
      list(GET beside 0 first)
      set(${library} ${first} PARENT_SCOPE)
    endif()
  endif()
endfunction()

function(_libtorch_target)
  set(lib ${LibTorch_ROOT_DIR}/lib)
  set(end ${CMAKE_SHARED_LIBRARY_SUFFIX})
  set(links ${lib}/libtorch_cpu${end} ${lib}/libc10${end})
  set(extra "")
  if(LibTorch_CUDA)
    # Nothing of ours names a symbol of these: they register themselves when loaded, so they must not be dropped;
    # and what they need themselves (cuBLAS, cuDNN) is for the loader to find, not for our linker.
    list(APPEND extra "-Wl,--push-state,--no-as-needed,${lib}/libtorch_cuda${end},${lib}/libc10_cuda${end},--pop-state"
                      "-Wl,--unresolved-symbols=ignore-in-shared-libs")
  endif()
  _libtorch_check_abi()
  find_package(Threads REQUIRED)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED GLOBAL)
  set_target_properties(LibTorch::LibTorch PROPERTIES
    INTERFACE_COMPILE_OPTIONS
      "SHELL:-idirafter ${LibTorch_ROOT_DIR}/include;SHELL:-idirafter ${LibTorch_ROOT_DIR}/include/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES "${extra};${links};${LibTorch_OPENMP_LIBRARY};Threads::Threads")
endfunction()

_libtorch_root(LibTorch_ROOT_DIR)
set(LibTorch_CUDA FALSE)
if(LibTorch_ROOT_DIR)
  _libtorch_version(LibTorch_VERSION)
  if(EXISTS ${LibTorch_ROOT_DIR}/lib/libtorch_cuda${CMAKE_SHARED_LIBRARY_SUFFIX})
    set(LibTorch_CUDA TRUE)
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LibTorch_ROOT_DIR VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "Run scripts/setup.sh, which installs it into .deps/venv, or add your own to \
CMAKE_PREFIX_PATH (the folder that holds lib/libtorch_cpu.so and include/ATen).")
if(LibTorch_FOUND)
  _libtorch_openmp(LibTorch_OPENMP LibTorch_OPENMP_LIBRARY)
endif()
if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  _libtorch_target()
endif()
