/** A page without anybody signed in tells the others of this browser: they cover what they show. */

new BroadcastChannel("hotline-session").postMessage("ended");
