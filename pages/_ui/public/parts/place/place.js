"use strict";

/* Asks the browser where it is when the visitor wishes so; nothing is looked up and nothing leaves but two numbers. */
const ask = document.getElementById("ask");
const words = document.getElementById("words");
const tell = (type, more) => window.parent.postMessage({ isStreamlitMessage: true, type, ...more }, "*");
let texts = {};

function found(position) {
  const { latitude, longitude, accuracy } = position.coords;
  words.textContent = texts.found.replace("{metres}", String(Math.max(Math.round(accuracy), 1)));
  tell("streamlit:setComponentValue", { value: { latitude, longitude }, dataType: "json" });
}

ask.addEventListener("click", () => {
  if (!navigator.geolocation) { words.textContent = texts.failed; return; }
  words.textContent = texts.waiting;
  const chosen = { enableHighAccuracy: true, timeout: 15000 };
  navigator.geolocation.getCurrentPosition(found, () => { words.textContent = texts.failed; }, chosen);
});

window.addEventListener("message", (event) => {
  if (event.data.type !== "streamlit:render" || event.source !== window.parent) return;
  texts = event.data.args;
  ask.textContent = texts.label;
  if (event.data.theme) document.body.style.color = event.data.theme.textColor;
  tell("streamlit:setFrameHeight", { height: 84 });
});
tell("streamlit:componentReady", { apiVersion: 1 });
