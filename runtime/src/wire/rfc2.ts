import * as c from '@virtio-wire/codecs/virtio-msg/rfc2';
import { type Body, body } from './body.js';
import { devicePage, deviceWindow, ping } from './fill/bus.js';
import { configData, configEvent, configRange } from './fill/config.js';
import { deviceInfo, deviceStatus, empty, featureBlocks, featureWindow } from './fill/device.js';
import { availEvent, deviceEvent, usedEvent } from './fill/event.js';
import { region32 } from './fill/memory.js';
import { index, queueSetup, queueState } from './fill/queue.js';
import { tokenless } from './tokenless.js';

/** The bytes of RFC 2: 6 bytes of header without a token, addresses of queues not aligned. The fields are those of RFC 3. */
export const RFC2_BODIES: readonly Body[] = [
  body(tokenless(c.GET_DEVICE_INFO_request), empty),
  body(tokenless(c.GET_DEVICE_INFO_response), deviceInfo),
  body(tokenless(c.GET_DEVICE_FEATURES_request), featureWindow),
  body(tokenless(c.GET_DEVICE_FEATURES_response), featureBlocks),
  body(tokenless(c.SET_DRIVER_FEATURES_request), featureBlocks),
  body(tokenless(c.SET_DRIVER_FEATURES_response), empty),
  body(tokenless(c.GET_CONFIG_request), configRange),
  body(tokenless(c.GET_CONFIG_response), configData),
  body(tokenless(c.SET_CONFIG_request), configData),
  body(tokenless(c.SET_CONFIG_response), configData),
  body(tokenless(c.GET_DEVICE_STATUS_request), empty),
  body(tokenless(c.GET_DEVICE_STATUS_response), deviceStatus),
  body(tokenless(c.SET_DEVICE_STATUS_request), deviceStatus),
  body(tokenless(c.SET_DEVICE_STATUS_response), deviceStatus),
  body(tokenless(c.GET_VQUEUE_request), index),
  body(tokenless(c.GET_VQUEUE_response), queueState),
  body(tokenless(c.SET_VQUEUE_request), queueSetup),
  body(tokenless(c.SET_VQUEUE_response), empty),
  body(tokenless(c.RESET_VQUEUE_request), index),
  body(tokenless(c.RESET_VQUEUE_response), empty),
  body(tokenless(c.GET_SHM_request), index),
  body(tokenless(c.GET_SHM_response), region32),
  body(tokenless(c.EVENT_CONFIG_event), configEvent),
  body(tokenless(c.EVENT_AVAIL_event), availEvent),
  body(tokenless(c.EVENT_USED_event), usedEvent),
  body(tokenless(c.GET_DEVICES_request), deviceWindow),
  body(tokenless(c.GET_DEVICES_response), devicePage),
  body(tokenless(c.PING_request), ping),
  body(tokenless(c.PING_response), ping),
  body(tokenless(c.EVENT_DEVICE_event), deviceEvent),
];
