// Shows how every part of the platform is, and looks again every ten seconds while the page is visible.
(function () {
  "use strict";
  var list = document.getElementById("health-parts");
  var pill = document.getElementById("health-status");
  var uptime = document.getElementById("health-uptime");
  var words = { healthy: "All is well", degraded: "Degraded", unhealthy: "Unavailable" };

  function part(name) {
    var found = Array.prototype.find.call(list.children, function (item) { return item.dataset.part === name; });
    if (found) { return found; }
    var item = document.createElement("li");
    var dot = document.createElement("span");
    var label = document.createElement("span");
    item.dataset.part = name;
    label.textContent = name.charAt(0).toUpperCase() + name.slice(1);
    item.append(dot, label);
    list.append(item);
    return item;
  }

  function show(status, parts) {
    pill.textContent = words[status] || "No answer";
    pill.className = "pill " + (status || "unhealthy");
    Object.keys(parts).forEach(function (name) {
      part(name).firstElementChild.className = "dot " + parts[name];
      part(name).title = parts[name];
    });
  }

  function ask() {
    if (document.hidden) { return; }
    fetch(list.dataset.url, { headers: { Accept: "application/json" }, cache: "no-store" })
      .then(function (response) { return response.json(); })
      .then(function (body) {
        if (body.success) {
          show(body.data.status, body.data.services);
          uptime.textContent = "Up for " + body.data.uptime + ".";
        } else {
          show("unhealthy", body.error.services || {});
        }
      })
      .catch(function () { show("", {}); });
  }

  ask();
  setInterval(ask, 10000);
  document.addEventListener("visibilitychange", ask);
})();
