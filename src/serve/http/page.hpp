// The page that shows a student at work. Its files lie in `src/serve/page/`, and are compiled in.
#pragma once

#include <httplib.h>

namespace udrl::serve {

/// "/", "/page.css" and "/page.js", under a policy that lets nothing else be loaded or run.
void add_page(httplib::Server& server);

}  // namespace udrl::serve
