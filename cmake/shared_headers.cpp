// The one source of a target that owns precompiled headers (udrl_shared_headers in UdrlRoom.cmake).
