// The code of an invitation stands behind the # of its link, where no server and no log sees it.
const field = document.getElementById("id_code");
const code = decodeURIComponent(location.hash.slice(1));
if (code) {
  field.value = code;
  // Neither the address bar nor the history keeps it.
  history.replaceState(null, "", location.pathname);
  document.getElementById("id_password").focus();
}
