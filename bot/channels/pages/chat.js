/* The chat page's script: sends without loading the page anew, and shows new lines as they come.
   Without it the page works all the same. It keeps nothing in the browser's storage, never moves
   the focus when a message arrives, and only ever adds lines to the live log (a screen reader would
   read again what is put in again). Written for the browsers of older phones: no `?.`, no `??`. */

(function () {
  "use strict";

  var form = document.getElementById("talk");
  if (!form || !window.fetch || !window.FormData || !window.Promise) return;

  var root = document.documentElement;
  var list = document.getElementById("lines");
  var answers = document.getElementById("answers");
  var box = document.getElementById("text");
  var file = document.getElementById("photo");
  var chosen = document.getElementById("chosen");
  var status = document.getElementById("status");
  var newer = document.getElementById("newer");
  var problems = document.getElementById("problems");
  var dock = document.querySelector(".dock");
  var composer = document.querySelector(".composer");
  var main = document.querySelector("main");
  var words = form.dataset;
  var title = document.title;
  var calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  var known = {};          // ids of the lines that stand here
  var last = "";           // id of the newest of them
  var reported = {};       // ids of the lines that stood here, or that staff know to be in sight
  var answered = list.hasAttribute("data-answered");
  var sending = [];        // messages that no line from the server stands for yet
  var strangers = [];      // the person's lines that came while something was being sent
  var unread = [];         // lines that came while the reader was elsewhere
  var queue = Promise.resolve();
  var following = false;   // the reader is at the end
  var goal = 0;            // where we scroll to, and since when
  var scrolledAt = 0;
  var awaited = false;     // who has just sent something wants to see its reply
  var noMoreSending = 20000;
  var slowAfter = 4000;

  root.classList.add("scripted");
  Array.prototype.forEach.call(list.children, function (item) {
    known[item.dataset.id] = true;
    last = item.dataset.id;
    reported[last] = true;
  });

  /* Lines that come from the server */

  function merge(html) {
    var parsed = document.createElement("template");
    parsed.innerHTML = html;
    var follow = awaited || atEnd();
    var fresh = [];
    var stood = false;  // The same line comes twice: as an event, and as the answer to a message.
    Array.prototype.slice.call(parsed.content.children).forEach(function (node) {
      if (node.tagName === "FIELDSET") {
        if (!stood) offer(node);
        return;
      }
      stood = Boolean(known[node.dataset.id]);
      if (stood) return;
      known[node.dataset.id] = true;
      last = node.dataset.id;
      var added = add(node);
      if (added) fresh.push(added);
    });
    if (!fresh.length) return;
    awaited = false;
    seen(fresh, follow);
  }

  function add(item) {
    if (item.dataset.who === "person") {
      answered = true;
      var mine = waitingFor(item);
      if (mine) {
        settle(mine, item);
        return null;
      }
      if (sending.length) strangers.push(item);
    } else {
      if (answered) offer(null);
      answered = false;
    }
    item.classList.add("arrived");
    place(item);
    return item;
  }

  function place(item) {
    // After the newest line that is certain: what is not sent yet stays below.
    var certain = list.querySelectorAll("li[data-id]");
    var before = certain.length ? certain[certain.length - 1] : null;
    markDay(item, before);
    list.insertBefore(item, before ? before.nextSibling : list.firstChild);
  }

  function markDay(item, before) {
    if (before && before.dataset.day === item.dataset.day) item.classList.add("same-day");
  }

  function offer(fieldset) {
    var old = list.querySelector(".offered");
    if (old) old.classList.remove("offered");
    if (answers.contains(document.activeElement)) answers.focus({ preventScroll: true });
    answers.textContent = "";
    if (!fieldset) return;
    equip(fieldset);
    var items = list.querySelectorAll("li[data-id]:not([data-who='person'])");
    if (items.length) items[items.length - 1].classList.add("offered");
    answers.appendChild(fieldset);
  }

  function seen(fresh, follow) {
    if (follow) show(fresh[0]);
    unread = unread.concat(fresh);
    count();
    if (document.hidden) document.title = "(" + unread.length + ") " + title;
  }

  /* Messages that leave */

  function send(said) {
    var item = document.getElementById("sending").content.firstElementChild.cloneNode(true);
    var text = said.photo ? kind(said.photo) + (said.text ? "\n" + said.text : "") : said.label;
    item.querySelector(".words").textContent = text;
    var message = { item: item, id: randomId(), said: said, again: true };
    item.querySelector(".not-sent button").addEventListener("click", function () {
      if (list.lastElementChild !== item) list.appendChild(item);
      item.tabIndex = -1;
      item.focus({ preventScroll: true });
      start(message);
    });
    var welcome = document.getElementById("welcome");
    if (welcome) welcome.hidden = true;
    problems.textContent = "";
    document.title = title;
    list.appendChild(item);
    sending.push(message);
    awaited = true;
    show(item);
    start(message);
  }

  function start(message) {
    state(message, "sending");
    queue = queue.then(function () { return post(message); });
  }

  function post(message) {
    var data = new FormData();
    data.append("form_token", form.elements.form_token.value);
    data.append("message_id", message.id);
    data.append("after", last);
    ["tap", "word", "text", "place"].forEach(function (name) {
      if (message.said[name]) data.append(name, message.said[name]);
    });
    if (message.said.photo) data.append("photo", message.said.photo, message.said.photo.name);
    var stop = window.AbortController ? new AbortController() : null;
    var slow = setTimeout(function () { say(words.slow); }, slowAfter);
    var late = setTimeout(function () { if (stop) stop.abort(); }, noMoreSending);
    var options = { method: "POST", body: data, credentials: "same-origin",
      headers: { Accept: "application/json" } };
    if (stop) options.signal = stop.signal;
    return fetch("/chat", options).then(function (response) {
      return response.json().then(function (answer) {
        if (response.ok) arrived(message, answer);
        else refused(message, answer);
      });
    }).catch(function () {
      failed(message, navigator.onLine === false ? words.offline : words.failed);
    }).then(function () {
      clearTimeout(slow);
      clearTimeout(late);
      if (status.textContent === words.slow) say("");
    });
  }

  function arrived(message, answer) {
    if (status.dataset.kind === "trouble") say("");
    merge(answer.lines);
    var at = sending.indexOf(message);
    if (at >= 0) {
      // Stored, but its line reads otherwise than what was pressed: that line stands for it.
      sending.splice(at, 1);
      if (strangers.length) message.item.remove();
      else state(message, "");
    }
    if (!sending.length) strangers = [];
    if (answer.language && answer.language !== root.lang) {
      history.replaceState(null, "", "/#latest");
      location.reload();
    }
  }

  function refused(message, answer) {
    if (sending.indexOf(message) < 0) return;
    if (answer.form_token && answer.form_token !== form.elements.form_token.value) {
      form.elements.form_token.value = answer.form_token;
      if (message.again) {
        message.again = false;
        return start(message);
      }
    }
    if (answer.again) return failed(message, answer.words);
    drop(message);
    box.value = [message.said.text, box.value].filter(Boolean).join("\n");
    grow();
    problems.innerHTML = answer.summary;
    document.title = words.error + " " + title;
    mark(problems.querySelector("a").hash.slice(1));
    problems.firstElementChild.focus();
  }

  function failed(message, why) {
    if (sending.indexOf(message) < 0) return;  // Its line came all the same.
    state(message, "failed");
    say(why, "trouble");
  }

  function state(message, now) {
    var item = message.item;
    if (now) item.dataset.state = now;
    else item.removeAttribute("data-state");
    item.querySelector(".when").hidden = now !== "sending";
    item.querySelector(".not-sent").hidden = now !== "failed";
    var group = message.said.group;
    if (group) group.toggleAttribute("data-sent", now !== "failed");
  }

  function waitingFor(item) {
    var words = said(item);
    for (var i = 0; i < sending.length; i += 1) {
      if (said(sending[i].item) === words) return sending.splice(i, 1)[0];
    }
    return null;
  }

  function said(item) {
    var element = item.querySelector(".words");
    return element ? element.textContent.replace(/\s+/g, "") : "";
  }

  function settle(message, item) {
    // The line that stands here becomes the server's: taken out and put in, it would be read twice.
    var mine = message.item;
    var certain = list.querySelectorAll("li[data-id]");
    state(message, "");
    mine.querySelector(".not-sent").remove();
    mine.id = item.id;
    mine.dataset.id = item.dataset.id;
    mine.dataset.day = item.dataset.day;
    markDay(mine, certain.length ? certain[certain.length - 1] : null);
    mine.querySelector(".day").textContent = item.querySelector(".day").textContent;
    var when = mine.querySelector(".when");
    when.innerHTML = item.querySelector(".when").innerHTML;
    when.hidden = false;
  }

  function drop(message) {
    sending.splice(sending.indexOf(message), 1);
    message.item.remove();
    if (message.said.group) message.said.group.removeAttribute("data-sent");
    if (message.said.photo) choose(message.said.photo);
  }

  function retryAll() {
    sending.forEach(function (message) {
      if (message.item.dataset.state === "failed") start(message);
    });
  }

  function randomId() {
    var bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.prototype.map.call(bytes, function (byte) {
      return ("0" + byte.toString(16)).slice(-2);
    }).join("");
  }

  /* The message box and the buttons */

  var photo = null;

  function sendBox() {
    var text = box.value.replace(/^\s+|\s+$/g, "");
    if (!text && !photo) {
      box.focus();
      return;
    }
    var said = { text: text, label: text, photo: photo };
    box.value = "";
    choose(null);
    mark("");
    grow();
    send(said);
  }

  function choose(picked) {
    photo = picked;
    chosen.hidden = !picked;
    chosen.firstElementChild.textContent = picked ? kind(picked) + " · " + picked.name : "";
    if (!picked) file.value = "";
    measure();
  }

  function kind(picked) {
    var what = picked.type.split("/")[0];
    return { image: words.photo, audio: words.voice, video: words.video }[what] || words.file;
  }

  function mark(field) {
    [box, file].forEach(function (input) {
      var wrong = input.id === field;
      input.toggleAttribute("aria-invalid", false);
      input.removeAttribute("aria-describedby");
      if (wrong) {
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", "problem-words");
      }
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button") : null;
    if (!button || button.form !== form && button.name !== "word") return;
    if (button.name === "tap" || button.name === "word") {
      event.preventDefault();
      var group = button.closest("fieldset");
      if (group && group.hasAttribute("data-sent")) return;
      var said = { label: button.dataset.label || button.textContent.trim(), group: group };
      said[button.name] = button.value;
      // The buttons go when the answer comes; the next ones appear right here.
      if (group || button.classList.contains("start")) answers.focus({ preventScroll: true });
      send(said);
    } else if (button.name === "place") {
      locate(button.closest("fieldset"));
    } else if (button.name === "voice") {
      record();
    } else if (button.name === "size") {
      event.preventDefault();
      resize(Number(button.dataset.step));
    }
  });

  form.addEventListener("submit", function (event) {
    var pressed = event.submitter || document.activeElement;
    if (pressed && pressed.name === "language") return;
    event.preventDefault();
    sendBox();
  });

  box.addEventListener("keydown", function (event) {
    // While an input method is composing (pinyin), Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    sendBox();
  });

  box.addEventListener("input", grow);
  file.addEventListener("change", function () {
    if (file.files.length) choose(file.files[0]);
  });
  box.addEventListener("paste", function (event) {
    var pasted = event.clipboardData && event.clipboardData.files[0];
    if (!pasted || pasted.type.indexOf("image/") !== 0) return;
    event.preventDefault();
    choose(pasted);
  });
  chosen.querySelector("button").addEventListener("click", function () {
    choose(null);
    file.focus();
  });

  /* What the device can give, where the question is open to it: a place, a voice */

  var recording = document.getElementById("recording");
  var recorder = null;
  var longest = 300000;  // Five minutes.

  function equip(fieldset) {
    var place = fieldset.querySelector("[name=place]");
    var voice = fieldset.querySelector("[name=voice]");
    var devices = navigator.mediaDevices;
    if (place) place.hidden = !(navigator.geolocation && window.isSecureContext);
    if (voice) voice.hidden = !(window.MediaRecorder && devices && devices.getUserMedia);
    fieldset.hidden = !fieldset.querySelector("button:not([hidden])");
  }

  function locate(group) {
    say(words.locating);
    navigator.geolocation.getCurrentPosition(function (found) {
      var spot = [found.coords.latitude.toFixed(5), found.coords.longitude.toFixed(5)];
      say("");
      if (!answers.contains(group)) return;  // Another question is open by now.
      answers.focus({ preventScroll: true });
      send({ place: spot.join(), label: words.here.replace("{place}", spot.join(", ")),
        group: group });
    }, function () { say(words.unplaced, "trouble"); },
    { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 });
  }

  function record() {
    if (recorder) return;
    navigator.mediaDevices.getUserMedia({ audio: true }).then(function (sound) {
      var parts = [];
      var made = new MediaRecorder(sound);
      var late = setTimeout(function () { stop(); }, longest);
      made.addEventListener("dataavailable", function (event) { parts.push(event.data); });
      made.addEventListener("stop", function () {
        var voice = new Blob(parts, { type: made.mimeType.split(";")[0] || "audio/webm" });
        clearTimeout(late);
        sound.getTracks().forEach(function (track) { track.stop(); });
        recording.hidden = true;
        recorder = null;
        voice.name = new Date().toTimeString().slice(0, 5);
        choose(voice);
        say(words.recorded);
        document.querySelector(".send").focus();
      });
      recorder = made;
      made.start();
      recording.hidden = false;
      measure();
      recording.querySelector("button").focus();
      say(words.recording);
    }).catch(function () { say(words.unheard, "trouble"); });
  }

  function stop() {
    if (recorder && recorder.state !== "inactive") recorder.stop();
  }
  recording.querySelector("button").addEventListener("click", stop);

  function grow() {
    composer.classList.toggle("long", box.value.length > 24 || box.value.indexOf("\n") >= 0);
    if (window.CSS && CSS.supports && CSS.supports("field-sizing", "content")) return;
    box.style.height = "auto";
    box.style.height = box.scrollHeight + 4 + "px";
  }

  function resize(step) {
    var sizes = document.getElementById("sizes").dataset;
    var size = step ? Number(root.dataset.size) + step : 1;
    size = Math.min(Math.max(size, 0), Number(sizes.sizes) - 1);
    root.dataset.size = String(size);
    say(sizes.said.replace("{size}", size + 1).replace("{most}", sizes.sizes));
    tell("/chat/text-size", "size", String(size)).catch(function () {});
  }

  function tell(address, name, value) {
    var data = new FormData();
    data.append("form_token", form.elements.form_token.value);
    data.append("message_id", randomId());
    data.append(name, value);
    return fetch(address, { method: "POST", body: data, credentials: "same-origin",
      headers: { Accept: "application/json" } });
  }

  /* Where the reader is */

  function say(sentence, kind) {
    if (status.textContent !== sentence) status.textContent = sentence;
    if (kind) status.dataset.kind = kind;
    else status.removeAttribute("data-kind");
    measure();
  }

  // The end is where the message box lies at the bottom; what follows it is for staff.
  function end() { return Math.max(0, top(main) + main.offsetHeight - window.innerHeight); }
  function top(element) { return element.getBoundingClientRect().top + window.pageYOffset; }
  function where() { return Date.now() - scrolledAt < 800 ? goal : window.pageYOffset; }
  function atEnd() { return where() >= end() - 120; }

  function show(item, at_once) {
    // To the end, but never past the beginning of what is new.
    goal = Math.max(0, Math.min(end(), top(item) - 16));
    var smooth = !at_once && !calm.matches;
    scrolledAt = smooth ? Date.now() : 0;
    window.scrollTo({ top: goal, behavior: smooth ? "smooth" : "auto" });
    following = atEnd();
  }

  function count() {
    // What has come into sight is not news any more.
    var fold = where() + window.innerHeight - dockHeight() - 24;
    unread = unread.filter(function (item) { return document.hidden || top(item) > fold; });
    newer.hidden = !unread.length;
    if (unread.length) {
      newer.textContent = words.count.replace("{count}", unread.length);
      say(newer.textContent, "count");
    } else if (status.textContent === newer.textContent) {
      say("");
    }
    report();
  }

  function report() {
    // Staff are told when what they wrote was really in sight, not when it was delivered.
    if (document.hidden) return;
    var theirs = list.querySelectorAll("li[data-who='staff'][data-id]");
    var shown = Array.prototype.filter.call(theirs, function (item) {
      return unread.indexOf(item) < 0 && !reported[item.dataset.id];
    });
    if (!shown.length) return;
    shown.forEach(function (item) { reported[item.dataset.id] = true; });
    tell("/chat/seen", "last", shown.pop().dataset.id).catch(function () {
      reported = {};  // Told again at the next chance.
    });
  }

  newer.addEventListener("click", function () {
    var first = unread[0];
    if (!first) return;
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    show(first);
    count();
  });

  ["wheel", "touchmove"].forEach(function (kind) {
    window.addEventListener(kind, function () { awaited = false; }, { passive: true });
  });

  window.addEventListener("scroll", function () {
    following = atEnd();
    if (unread.length) count();
  }, { passive: true });

  function dockHeight() {
    return getComputedStyle(dock).position === "sticky" ? dock.offsetHeight : 0;
  }

  function measure() {
    root.style.setProperty("--dock", dockHeight() + "px");
    // A phone's keyboard, or a longer message: who was at the end stays there.
    if (following) window.scrollTo(0, end());
  }
  if (window.ResizeObserver) new ResizeObserver(measure).observe(dock);
  window.addEventListener("resize", measure);
  measure();

  /* New lines as they come */

  var source = null;
  var pause = 2000;

  function listen() {
    if (!window.EventSource) {
      setInterval(catchUp, 15000);
      return;
    }
    source = new EventSource("/chat/events?after=" + encodeURIComponent(last));
    source.addEventListener("open", function () { pause = 2000; });
    source.addEventListener("line", function (event) { merge(event.data); });
    source.addEventListener("error", function () {
      if (source.readyState !== 2) return;  // It comes back by itself.
      setTimeout(function () { catchUp(); listen(); }, pause);
      pause = Math.min(pause * 2, 30000);
    });
  }

  function catchUp() {
    fetch("/chat/lines?after=" + encodeURIComponent(last), { credentials: "same-origin" })
      .then(function (response) { return response.ok ? response.text() : ""; })
      .then(merge)
      .catch(function () {});
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) return;
    document.title = title;
    count();
    catchUp();
  });
  window.addEventListener("offline", function () { say(words.offline, "trouble"); });
  window.addEventListener("online", function () {
    say(words.online);
    catchUp();
    retryAll();
  });
  window.addEventListener("beforeunload", function (event) {
    if (!sending.length) return;
    event.preventDefault();
    event.returnValue = "";
  });

  // A page that a button's POST drew has that button's address: loading it anew must not post.
  if (location.pathname !== "/") history.replaceState(null, "", "/");

  if (answers.firstElementChild) equip(answers.firstElementChild);
  grow();
  listen();
  var latest = document.getElementById("latest");
  if (latest && !problems.firstElementChild) show(latest, true);
})();
