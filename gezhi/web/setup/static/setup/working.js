// While the worker is busy with a file, the page looks again by itself.

const LOOK_AGAIN_MS = 3000;

setTimeout(() => window.location.reload(), LOOK_AGAIN_MS);
