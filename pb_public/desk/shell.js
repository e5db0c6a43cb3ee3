// What the pages need of the dashboard. main.js, the one file that knows the dashboard's kit, fills it in:
//   title(text)          the title of the browser's tab
//   open(box, leave)     shows a dialog above everything; leave is called when it is left by Esc or a click beside it
//   close(box)
//   done(text)           a short message that something is done
//   failed(text)         a message that something went wrong
//   renew()              draws header and page anew, after a change of language
export const shell = {};
