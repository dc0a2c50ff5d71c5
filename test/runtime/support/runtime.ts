/** The one place that knows where the runtime under test is. */
export * from '../../../runtime/dist/memory/address.js';
export * from '../../../runtime/dist/memory/file-memory.js';
export * from '../../../runtime/dist/memory/guest-memory.js';
export * from '../../../runtime/dist/memory/shared-memory.js';
export * from '../../../runtime/dist/queue/chain.js';
export * from '../../../runtime/dist/queue/device-queue.js';
export * from '../../../runtime/dist/queue/driver-queue.js';
export * from '../../../runtime/dist/queue/faults.js';
export * from '../../../runtime/dist/queue/features.js';
export * from '../../../runtime/dist/queue/layout.js';
export * from '../../../runtime/dist/queue/notification.js';
export * from '../../../runtime/dist/queue/parameters.js';
export * from '../../../runtime/dist/queue/segments.js';
