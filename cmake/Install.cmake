# What is installed, and where: cmake --install build/release --prefix /opt/udrl
#
#   bin/         the tools; udrl-selftest among them, which they start from their own folder
#   lib/udrl/    libraries, in a folder of udrl's own: no other program takes them for the system's
#   share/udrl/  data/ as the repository has it (src/base/files/installed.hpp finds it), licences
#   share/…      completions, where bash, zsh and fish look
#
# Components: runtime (udrl-generate, udrl-serve, llama.cpp, the student that comes with udrl) and training (the other tools,
# their data, LibTorch), which needs runtime. What the system brings stays the system's: the components runtime-libraries and
# training-libraries, installed only by name, are copies for a machine that lacks it (scripts/package.sh).
# Not for: LibTorch for CUDA, gigabytes that belong together with a driver: udrl-train looks where it was built with; a ggml
# that loads its back-ends (GGML_BACKEND_DL), which looks for them beside the tool that runs, in bin/, and not in lib/udrl/.

include(GNUInstallDirs)
set(_udrl_libraries ${CMAKE_INSTALL_LIBDIR}/udrl)
set(_udrl_share ${CMAKE_INSTALL_DATADIR}/udrl)
file(RELATIVE_PATH _udrl_libraries_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/udrl)
file(RELATIVE_PATH UDRL_SHARE_FROM_BIN ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/udrl)

# glibc's own, which belong to the kernel and the loader of the machine.
set(_udrl_glibc "^(ld-linux.*|lib(c|m|mvec|dl|rt|util|pthread|resolv|anl))\\.so")
string(REGEX REPLACE "([][+.*()^$?|\\])" "\\\\\\1" _udrl_libtorch "${LibTorch_ROOT_DIR}/lib/")
string(PREPEND _udrl_libtorch "^")

# udrl_install(runtime generate serve): tools, their completions, and the system's libraries that they load.
function(udrl_install component)
  foreach(tool IN LISTS ARGN)
    if(TARGET udrl-${tool})
      install(TARGETS udrl-${tool} RUNTIME_DEPENDENCY_SET udrl_${component}
              RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
      _udrl_set_rpath(${component} ${tool})
      if(NOT tool STREQUAL selftest)
        _udrl_install_completion(${component} ${tool} bash bash-completion/completions/udrl-${tool})
        _udrl_install_completion(${component} ${tool} zsh zsh/site-functions/_udrl_${tool})  # the function's own name
        _udrl_install_completion(${component} ${tool} fish fish/vendor_completions.d/udrl-${tool}.fish)
      endif()
    endif()
  endforeach()
  install(RUNTIME_DEPENDENCY_SET udrl_${component}
          PRE_EXCLUDE_REGEXES ${_udrl_glibc} POST_EXCLUDE_REGEXES ${_udrl_libtorch}
          LIBRARY DESTINATION ${_udrl_libraries} COMPONENT ${component}-libraries EXCLUDE_FROM_ALL)
endfunction()

# Installs what `code` makes of the variable `file`, a path below the prefix.
function(_udrl_install_by_code component file code)
  install(CODE "
    set(file \"${file}\")
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY \"\${CMAKE_INSTALL_PREFIX}\")
    set(installed \"\${file}\")
    string(PREPEND file \"\$ENV{DESTDIR}\")
    ${code}" COMPONENT ${component})
endfunction()

# In the build, RPATH leads to where the libraries were found; installed, to lib/udrl. It is exchanged here, as CMake would
# end that of the build with an empty entry, which is the current folder. RPATH, not RUNPATH: so it holds for what copies of
# the system's libraries load, too.
function(_udrl_set_rpath component tool)
  set(built ${Llama_ROOT_DIR}/lib)
  set(installed $ORIGIN/${_udrl_libraries_from_bin})
  if(tool STREQUAL train)
    set(built "${LibTorch_ROOT_DIR}/lib;${built}")
    set(torch ${installed}/torch)
    if(LibTorch_CUDA)
      set(torch ${LibTorch_ROOT_DIR}/lib)
    endif()
    string(APPEND installed ":${torch}")
  endif()
  # It is written over the old one, which must be as long.
  string(LENGTH "${built}" room)
  string(LENGTH "${installed}" needed)
  if(room LESS needed)
    string(REPEAT "/." ${needed} more)
    string(APPEND built ${more})
  endif()
  string(REPLACE "$" "\\$" installed "${installed}")
  set_target_properties(udrl-${tool} PROPERTIES INSTALL_RPATH "${built}" INSTALL_RPATH_USE_LINK_PATH ON
                                                BUILD_WITH_INSTALL_RPATH ON)
  target_link_options(udrl-${tool} PRIVATE LINKER:--disable-new-dtags)
  _udrl_install_by_code(${component} ${CMAKE_INSTALL_BINDIR}/udrl-${tool}
                        "file(RPATH_SET FILE \"\${file}\" NEW_RPATH \"${installed}\")")
endfunction()

# What the tool prints for a shell, as a file.
function(_udrl_install_completion component tool shell file)
  _udrl_install_by_code(${component} ${CMAKE_INSTALL_DATADIR}/${file} "
    message(STATUS \"Installing: \${file}\")
    cmake_path(GET file PARENT_PATH folder)
    file(MAKE_DIRECTORY \"\${folder}\")
    execute_process(COMMAND \"$<TARGET_FILE:udrl-${tool}>\" --completion ${shell} OUTPUT_FILE \"\${file}\"
                    COMMAND_ERROR_IS_FATAL ANY)
    list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${installed}\")")
endfunction()

# llama.cpp with the names that lead to its files, and those of LibTorch that udrl-train loads.
function(udrl_install_libraries)
  file(GLOB llama ${Llama_ROOT_DIR}/lib/libllama.so* ${Llama_ROOT_DIR}/lib/libggml*.so*)
  install(FILES ${llama} DESTINATION ${_udrl_libraries} COMPONENT runtime)
  if(NOT LibTorch_CUDA)
    install(RUNTIME_DEPENDENCY_SET udrl_training POST_INCLUDE_REGEXES ${_udrl_libtorch} POST_EXCLUDE_REGEXES .
            LIBRARY DESTINATION ${_udrl_libraries}/torch COMPONENT training)
  endif()
endfunction()

function(udrl_install_data)
  set(data ${PROJECT_SOURCE_DIR}/data)
  # Not what a tool may have written beside a student.
  install(DIRECTORY ${data}/students DESTINATION ${_udrl_share}/data COMPONENT runtime
          PATTERN "student.*.gguf*" EXCLUDE PATTERN ".*" EXCLUDE)
  install(DIRECTORY ${data}/tasks ${data}/intents ${data}/words DESTINATION ${_udrl_share}/data COMPONENT training)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/docs/licences.md DESTINATION ${_udrl_share}
          COMPONENT runtime)
endfunction()
