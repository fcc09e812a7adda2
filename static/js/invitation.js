// The code of an invitation stands behind the # of its link, where no server and no log sees it.
const field = document.getElementById("id_code");
const code = decodeURIComponent(location.hash.slice(1));

/** Whether the link still opens is asked before anybody thinks of a password. */
async function look() {
  const body = new URLSearchParams({ look: "yes", code, csrfmiddlewaretoken: field.form.csrfmiddlewaretoken.value });
  const response = await fetch(location.pathname, { method: "POST", credentials: "same-origin", body });
  if (!response.ok || (await response.json()).opens) return;
  document.querySelector("[data-invitation]").hidden = true;
  document.querySelector("[data-over]").hidden = false;
}

if (field && code) {
  field.value = code;
  // Neither the address bar nor the history keeps it.
  history.replaceState(null, "", location.pathname);
  document.getElementById("id_password").focus();
  look().catch(() => {}); // then the form says it when it is sent
}
