/** Keeps a core busy until it is ended. */
for (let i = 0; ; i++) if (i < 0) break;
