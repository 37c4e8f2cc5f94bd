// Run in the viewer's page: does what a person would and writes down what is then to be seen.
(async () => {
  const out = [];
  const say = (name, value) => out.push(name + "=" + value);
  const at = id => document.getElementById(id);
  const text = id => at(id).textContent;
  const tick = () => new Promise(done => setTimeout(done, 30));
  // A click where a person would click: what lies there must be the element itself.
  const click = async id => {
    const box = at(id).getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    const there = document.elementFromPoint(x, y);
    if (there !== at(id)) { say("covered", id); return; }
    for (const kind of ["mousedown", "mouseup", "click"])
      there.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, view: window, clientX: x, clientY: y }));
    await tick();
  };
  const type = async (id, value, enter) => {
    at(id).value = value;
    at(id).dispatchEvent(new Event("change", { bubbles: true }));
    if (enter) at(id).dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    await tick();
  };
  const key = async name => { document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true })); await tick(); };
  const place = () => text("status").split(" ")[0];
  const inked = async (r, g, b) => {
    const canvas = at("view"), data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) return true;
    return false;
  };
  const drawn = async () => {
    for (let n = 0; n < 200; n++) {
      const canvas = at("view"), data = canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
      if (data[3] === 255) return true;
      await tick();
    }
    return false;
  };
  const hover = async () => {
    const canvas = at("view");
    canvas.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: canvas.getBoundingClientRect().x + canvas.clientWidth / 2, clientY: canvas.clientHeight / 2 }));
    await tick();
    return text("hover");
  };
  try {
    say("start", place()); say("text", text("text")); say("drawn", await drawn());
    await click("next"); say("next", place());
    await click("prev"); await click("prev"); say("wrap", place());
    await click("next"); say("wrapforward", place());
    await type("goto", "12"); say("goto", place());
    await type("goto", "x"); say("badgoto", text("message"));
    await type("goto", "3"); await drawn();
    say("hover", await hover());
    say("plain", await inked(26, 127, 55));
    await click("boxes"); say("boxes", await inked(26, 127, 55));
    await click("lines"); say("lines", await inked(5, 80, 174)); await click("lines"); await click("boxes");
    say("off", await inked(26, 127, 55));
    await type("chars", "の"); await click("replace"); const byCharacter = place(); say("character", byCharacter);
    await drawn(); say("shown", await hover());
    await type("chars", "u+306e", true); say("code", place() === byCharacter);
    await type("chars", "し"); await click("add"); say("added", Number(place().split("/")[1]) > Number(byCharacter.split("/")[1]));
    await type("chars", "ゑゐ"); await click("replace"); say("nocharacter", text("message"));
    await type("chars", ""); await type("images", "nobody"); await click("replace"); say("nothing", text("message"));
    await type("images", "00001"); await click("replace"); say("images", place());
    await click("reset"); say("reset", place() + " " + at("images").value + text("message"));
    await key("ArrowRight"); await key("ArrowRight"); say("right", place());
    await key("ArrowLeft"); say("left", place());
    await key("End"); say("end", place()); await key("Home"); say("home", place());
    await key("c"); say("c", at("boxes").checked); await key("l"); say("l", at("lines").checked); await key("r"); say("r", place());
    for (let n = 0; n < 1000; n++) at("next").onclick();
    say("thousand", place());
  } catch (error) { say("error", error + " " + error.stack); }
  const pre = document.createElement("pre"); pre.id = "result"; pre.textContent = out.join("\n"); document.body.appendChild(pre);
})();
