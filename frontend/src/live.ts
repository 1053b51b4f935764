/** Keeps an open page up to date. Everything here is an extra: the page works without it. */
export {};
