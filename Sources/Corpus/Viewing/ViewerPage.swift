/// The viewer's page around its data: markup, style and program.
enum ViewerPage {
    static let head = #"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>carpedm viewer</title>
        <style>
        body { margin: 0; display: flex; height: 100vh; font: 15px sans-serif; color: #222; background: #f4f3ef; }
        #side { width: 17rem; padding: 1rem; box-sizing: border-box; overflow: auto; background: #fff; border-right: 1px solid #ccc; }
        #side label { display: block; margin: .6rem 0 .2rem; } #side input[type=text] { width: 100%; box-sizing: border-box; }
        #stage { flex: 1; position: relative; min-width: 0; } canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
        #status { font-weight: bold; overflow-wrap: anywhere; } #note { color: #666; } #note:empty { display: none; } #message { color: #a33; min-height: 1.2em; }
        #text { font: 1.3rem "Noto Sans CJK JP","Hiragino Sans","Yu Gothic",serif; margin: .3rem 0; max-height: 8rem; overflow: auto; }
        #hover { font: 2rem "Noto Sans CJK JP","Hiragino Sans","Yu Gothic",serif; min-height: 3rem; overflow-wrap: anywhere; }
        kbd { border: 1px solid #bbb; border-radius: 3px; padding: 0 .25em; }
        </style></head><body>
        <div id="side">
        <p id="status"></p><p id="note"></p><p id="text"></p>
        <button id="prev">&#x2190; previous</button> <button id="next">next &#x2192;</button>
        <label for="goto">Go to number</label><input id="goto" type="text" inputmode="numeric">
        <label for="images">Images whose name contains (commas between several)</label><input id="images" type="text">
        <label for="chars">Characters (さ or U+3055, commas between several)</label><input id="chars" type="text">
        <p><button id="replace">filter</button> <button id="add">add to filter</button> <button id="reset">reset</button></p>
        <p><label><input id="boxes" type="checkbox"> boxes of characters</label><label><input id="lines" type="checkbox"> boxes of lines</label></p>
        <p id="message" role="status"></p><p id="hover"></p>
        <p>Keys: <kbd>&#x2190;</kbd> <kbd>&#x2192;</kbd> leaf, <kbd>Home</kbd> <kbd>End</kbd>, <kbd>g</kbd> go to, <kbd>c</kbd> characters,
        <kbd>l</kbd> lines, <kbd>f</kbd> filter, <kbd>r</kbd> reset</p>
        </div><div id="stage"><canvas id="view"></canvas></div>
        <script id="data" type="application/json">
        """#

    static let tail = #"""
        </script>
        <script>
        "use strict";
        const data = JSON.parse(document.getElementById("data").textContent);
        const at = id => document.getElementById(id);
        const all = data.entries.map((_, i) => i);
        let shown = all, place = 0, names = [], codes = [], view = null;
        document.title = data.title + " - carpedm viewer";

        at("note").textContent = data.note || "";

        // A page, or a crop that comes alone, is decoded when it is first shown; few stay decoded, since a page takes megabytes.
        const pages = new Map();
        function picture(entry) {
          const source = entry.image || data.sheets[entry.page].source, n = entry.image ? entry.id : entry.page;
          if (pages.has(n)) { const kept = pages.get(n); pages.delete(n); pages.set(n, kept); return kept; }
          const image = new Image();
          image.onload = draw;
          image.src = source;
          pages.set(n, image);
          if (pages.size > 6) pages.delete(pages.keys().next().value);
          return image;
        }

        function code(text) {
          const match = /^u\+([0-9a-f]{4,6})$/i.exec(text);
          if (match) return parseInt(match[1], 16);
          return [...text].length === 1 ? text.codePointAt(0) : null;
        }

        function filter() {
          const kept = all.filter(i => {
            const entry = data.entries[i], name = data.sheets[entry.page].name;
            return (!names.length || names.some(n => name.includes(n) || entry.id.includes(n)))
              && (!codes.length || entry.glyphs.some(g => codes.includes(g[4])));
          });
          if (!kept.length) { at("message").textContent = "Nothing matches this filter."; return false; }
          shown = kept; place = 0; at("message").textContent = "";
          draw();
          return true;
        }

        function take(adds) {
          const old = [names, codes];
          const newNames = at("images").value.split(",").map(t => t.trim()).filter(t => t);
          const texts = at("chars").value.split(",").map(t => t.trim()).filter(t => t);
          const wrong = texts.filter(t => code(t) === null);
          if (wrong.length) { at("message").textContent = wrong[0] + " is no character."; return; }
          names = adds ? names.concat(newNames) : newNames;
          codes = adds ? codes.concat(texts.map(code)) : texts.map(code);
          if (!filter()) [names, codes] = old;
        }

        function reset() {
          names = []; codes = []; shown = all; place = 0;
          for (const id of ["images", "chars", "goto"]) at(id).value = "";
          at("message").textContent = ""; at("hover").textContent = "";
          draw();
        }

        function go(n) { if (shown.length) { place = (n % shown.length + shown.length) % shown.length; at("hover").textContent = ""; draw(); } }

        function frame(context, box, colour, entry) {
          context.strokeStyle = colour; context.lineWidth = 2;
          context.strokeRect(view.x + (box[0] - entry.box[0]) * view.sx, view.y + (box[1] - entry.box[1]) * view.sy,
            box[2] * view.sx, box[3] * view.sy);
        }

        function draw() {
          const canvas = at("view"), context = canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
          const width = canvas.clientWidth, height = canvas.clientHeight;
          canvas.width = width * ratio; canvas.height = height * ratio; context.scale(ratio, ratio);
          if (!shown.length) { at("status").textContent = "no images"; return; }
          const entry = data.entries[shown[place]], image = picture(entry), [x, y, w, h] = entry.box;
          at("status").textContent = place + "/" + (shown.length - 1) + " (" + entry.id + ")";
          // A character of some pixels is not blown up to the whole window.
          at("text").textContent = String.fromCodePoint(...entry.glyphs.map(g => g[4]));
          const fit = Math.min((width - 24) / w, (height - 24) / h, 6);
          const [sx, sy] = entry.size ? [entry.size[0] / w, entry.size[1] / h] : [fit, fit];
          view = { sx, sy, x: (width - w * sx) / 2, y: (height - h * sy) / 2 };
          if (!image.complete || !image.naturalWidth) return;
          const part = entry.image ? [0, 0, image.naturalWidth, image.naturalHeight] : [x, y, w, h];
          context.drawImage(image, ...part, view.x, view.y, w * view.sx, h * view.sy);
          if (at("boxes").checked) for (const g of entry.glyphs) if (!codes.length || codes.includes(g[4])) frame(context, g, "#1a7f37", entry);
          if (at("lines").checked) for (const l of entry.lines) frame(context, l, "#0550ae", entry);
        }

        const inside = (x, y, b) => b[0] <= x && x < b[0] + b[2] && b[1] <= y && y < b[1] + b[3];
        at("view").addEventListener("mousemove", event => {
          if (!view || !shown.length) return;
          const entry = data.entries[shown[place]];
          const x = (event.offsetX - view.x) / view.sx + entry.box[0], y = (event.offsetY - view.y) / view.sy + entry.box[1];
          let under = entry.glyphs.filter(g => inside(x, y, g));
          if (at("lines").checked) {
            const line = entry.lines.find(l => inside(x, y, l));
            under = line ? entry.glyphs.filter(g => inside(g[0] + g[2] / 2, g[1] + g[3] / 2, line)) : [];
          }
          at("hover").textContent = under.map(g => String.fromCodePoint(g[4])).join("");
        });

        at("prev").onclick = () => go(place - 1);
        at("next").onclick = () => go(place + 1);
        at("replace").onclick = () => take(false);
        at("add").onclick = () => take(true);
        at("reset").onclick = reset;
        at("boxes").onchange = at("lines").onchange = draw;
        at("goto").addEventListener("change", () => {
          const text = at("goto").value.trim();
          if (/^-?\d+$/.test(text)) { at("message").textContent = ""; go(parseInt(text, 10)); }
          else if (text) at("message").textContent = "Please enter a whole number.";
        });
        for (const id of ["images", "chars"]) at(id).addEventListener("keydown", event => { if (event.key === "Enter") take(false); });
        document.addEventListener("keydown", event => {
          if (event.target.tagName === "INPUT" && event.target.type === "text") { if (event.key === "Escape") event.target.blur(); return; }
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const act = {
            ArrowLeft: () => go(place - 1), ArrowRight: () => go(place + 1), Home: () => go(0), End: () => go(shown.length - 1),
            g: () => at("goto").focus(), f: () => at("images").focus(), r: reset,
            c: () => at("boxes").click(), l: () => at("lines").click(),
          }[event.key];
          if (act) { event.preventDefault(); act(); }
        });
        window.addEventListener("resize", draw);
        draw();
        </script></body></html>

        """#
}
