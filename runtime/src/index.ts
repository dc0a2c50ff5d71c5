/**
 * A virtio-msg runtime: `DeviceBus` and `DriverBus` put the machines to work over a `Medium`, for devices and drivers that
 * name no transport. Below them lie the parts, each of use by itself: message intake, correlation, the machines of bus,
 * device, driver, configuration and virtqueues as pure tables (nothing in `core` sleeps, reads a clock or owns a socket),
 * guest memory, and split virtqueues.
 */

export type { Counters } from './bus/counters.js';
// The two sides of a bus.
export { DeviceBus } from './bus/device-bus.js';
export type { DeviceBusNews, DeviceBusOptions } from './bus/device-bus-options.js';
export { DriverBus } from './bus/driver-bus.js';
export type { DriverBusNews, DriverBusOptions } from './bus/driver-bus-options.js';
export { VirtioError } from './bus/error.js';
export { type BusQuirk, type DeviceBusQuirk, PEERS } from './bus/quirks.js';
export type { Answered } from './bus/request-desk.js';
export type { Tracer } from './bus/tracer.js';
// Machines: events in, effects out.
export { type Agreement, GREATEST_MESSAGE_SIZE, LEAST_MESSAGE_SIZE } from './core/bus/agreement.js';
export {
  type DeviceBusContext,
  type DeviceBusEffect,
  type DeviceBusEvent,
  type DeviceBusOptions as DeviceBusMachineOptions,
  type DeviceBusState,
  deviceBus,
  newDeviceBus,
} from './core/bus/device-bus.js';
export {
  type BusTimer,
  type DriverBusContext,
  type DriverBusEffect,
  type DriverBusEvent,
  type DriverBusOptions as DriverBusMachineOptions,
  type DriverBusState,
  type DriverBusUp,
  driverBus,
  newDriverBus,
} from './core/bus/driver-bus.js';
export {
  type Delivery,
  type EventsContext,
  type EventsEffect,
  type EventsEvent,
  type EventsState,
  events,
  newEvents,
} from './core/bus/events.js';
export type { EventSource, PendingEvent, PendingEvents, QueueEvent } from './core/bus/pending.js';
export {
  newRevision,
  type RevisionContext,
  type RevisionEffect,
  type RevisionEvent,
  type RevisionState,
  revision,
} from './core/bus/revision.js';
export { type BlockRead, BlockWriter, readBlock, type WaitForChange } from './core/config/block-access.js';
export {
  type Audience,
  type DeviceConfigContext,
  type DeviceConfigEffect,
  type DeviceConfigEvent,
  type DeviceConfigState,
  deviceConfig,
  deviceConfigMachine,
} from './core/config/device-config.js';
export { cachedConfig, driverConfigMachine, endDriverConfig } from './core/config/driver-config.js';
export {
  type Announcement,
  type DriverConfigContext,
  type DriverConfigEffect,
  type DriverConfigEvent,
  type DriverConfigState,
  driverConfig,
  type Operation,
  type ReadOperation,
  type WriteOperation,
} from './core/config/driver-config-contract.js';
export { type SharedBlock, sharedBlock } from './core/config/shared-block.js';
export type { Standing } from './core/correlation/benign.js';
export type { CorrelationEffect, RequestMessage, ResponseMessage } from './core/correlation/effect.js';
export type { ReplyState } from './core/correlation/reply-machine.js';
export { type Opened, ReplySlots, type SlotRef } from './core/correlation/reply-slots.js';
export { RequestTable, type RequestTableOptions, type Submitted } from './core/correlation/request-table.js';
export {
  type DeviceContext,
  type DeviceSetup,
  type DeviceState,
  deviceContext,
  type Queue as DeviceVirtqueue,
} from './core/device/context.js';
export type { ConfigChange, DeviceEffect, DeviceEvent, DeviceTimer, ResetCause } from './core/device/contract.js';
export { deviceMachine, stepDevice } from './core/device/device.js';
export { FeatureBit } from './core/device/feature-bits.js';
export type { QueueContext, QueueLife } from './core/device/queue-lifecycle.js';
export type { MemoryRange } from './core/device/queue-setup.js';
export { DeviceStatus } from './core/device/status-bits.js';
export { answerGetDevices, type PageShape } from './core/discovery/answer.js';
export type { DeviceNews, DeviceNotice, NewsOf } from './core/discovery/device-news.js';
export {
  type EnumerationContext,
  type EnumerationEffect,
  type EnumerationEvent,
  type EnumerationOptions,
  type EnumerationQuirk,
  type EnumerationState,
  enumeration,
  newEnumeration,
} from './core/discovery/enumeration.js';
export {
  type HotplugContext,
  type HotplugEffect,
  type HotplugEvent,
  type HotplugOptions,
  type HotplugState,
  type HotplugUp,
  hotplug,
  hotplugEvent,
  newHotplug,
} from './core/discovery/hotplug.js';
export type { InitEffect, InitEvent } from './core/driver/contract.js';
export { initMachine, stepInit } from './core/driver/init.js';
export { type InitContext, type InitState, initContext } from './core/driver/init-context.js';
export {
  type Areas,
  type VqueueContext,
  type VqueueEffect,
  type VqueueEvent,
  type VqueueState,
  vqueueContext,
  vqueueMachine,
} from './core/driver/vqueue.js';
export { type CountCode, type Fault, type FaultCode, fault } from './core/fault.js';
export { type Dropped, type Head, type IntakeRules, intake } from './core/intake.js';
export { type OutgoingRules, outgoing } from './core/intake-outgoing.js';
export { DEFAULT_LIMITS, type Limits } from './core/limits.js';
export { type Guard, type Machine, type Observer, type Row, type Source, type Step, step } from './core/table.js';
// Devices and drivers.
export { BufferPool, type DriverMemory } from './driver/buffer-pool.js';
export type { Driver, DriverServices, WantedQueue } from './driver/driver.js';
export type { Done, DriverPort, Used } from './driver/driver-port.js';
export type { DriverTransport } from './driver/driver-transport.js';
export type { ConfigPatch, Device, DeviceConfigSpace, DeviceServices } from './host/device.js';
export type { DeviceStage } from './host/device-host.js';
export { RING_FEATURES } from './host/features.js';
export type { QueuePort } from './host/queue-port.js';
// What carries messages.
export { type Clock, REAL_CLOCK } from './medium/clock.js';
export { type Loopback, type LoopbackOptions, loopback } from './medium/loopback.js';
export { type Down, type Medium, type Receiver, type Sent, USUAL_BACKLOG, USUAL_MESSAGE } from './medium/medium.js';
export { Bell } from './medium/ring/bell.js';
export { RingEnd, type RingEndOptions } from './medium/ring/ring-end.js';
export { RingMedium, type RingMediumOptions } from './medium/ring/ring-medium.js';
export { type RingLayout, type RingOptions, type RingSide, ringLayout, ringMemory } from './medium/ring/ring-memory.js';
export { RingReader } from './medium/ring/ring-reader.js';
export type { PeerState } from './medium/ring/ring-status.js';
export { RingWriter } from './medium/ring/ring-writer.js';
export { StreamMedium, type StreamOptions } from './medium/stream.js';
export { type FramerOptions, type FramerSink, StreamFramer } from './medium/stream-framer.js';
// Shared memory and the rings in it.
export { type Address, toAddress } from './memory/address.js';
export { FileMemory } from './memory/file-memory.js';
export type { GuestMemory } from './memory/guest-memory.js';
export { type MemoryRegion, SharedMemory } from './memory/shared-memory.js';
export type { Chain } from './queue/chain.js';
export type { ChainLimits } from './queue/chain-walker.js';
export type { Segment } from './queue/descriptor-writer.js';
export { DeviceQueue, type DeviceQueueLimits, type DeviceQueueState } from './queue/device-queue.js';
export {
  type AddRefusal,
  DriverQueue,
  type DriverQueueOptions,
  type DriverQueueState,
  type UsedBuffer,
} from './queue/driver-queue.js';
export {
  describeFault,
  type FaultClass,
  type FaultCounts,
  isQueueFault,
  QUEUE_FAULTS,
  type QueueFault,
  type QueueFaultCode,
} from './queue/faults.js';
export { QueueFeature, type QueueFeatures, queueFeatures } from './queue/features.js';
export { areaSizes, MAX_QUEUE_SIZE, type QueueConfig } from './queue/layout.js';
export { checkQueue, type ParameterError } from './queue/parameters.js';
// Messages: which dialect, what came in, what belongs to what.
export type { Body, Fill } from './wire/body.js';
export type { Dialect, DialectName, Order, Traits } from './wire/dialect.js';
export { DIALECTS, dialectNamed } from './wire/dialects.js';
export type * from './wire/message.js';
export { isBusMessage } from './wire/message.js';
export type { Sender, Side } from './wire/sender.js';
