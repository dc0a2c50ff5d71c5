import * as c from '@virtio-wire/codecs/virtio-msg/rfc3';
import { type Body, body } from './body.js';
import { devicePage, deviceWindow, ping } from './fill/bus.js';
import { configData, configEvent, configRange } from './fill/config.js';
import { deviceInfo, deviceStatus, empty, featureBlocks, featureWindow } from './fill/device.js';
import { availEvent, deviceEvent, usedEvent } from './fill/event.js';
import { region32 } from './fill/memory.js';
import { index, queueSetup, queueState } from './fill/queue.js';

/** The bytes of RFC 3, which pr28 and the implementations of that time share: 8 bytes of header, with a token. */
export const RFC3_BODIES: readonly Body[] = [
  body(c.GET_DEVICE_INFO_request, empty),
  body(c.GET_DEVICE_INFO_response, deviceInfo),
  body(c.GET_DEVICE_FEATURES_request, featureWindow),
  body(c.GET_DEVICE_FEATURES_response, featureBlocks),
  body(c.SET_DRIVER_FEATURES_request, featureBlocks),
  body(c.SET_DRIVER_FEATURES_response, empty),
  body(c.GET_CONFIG_request, configRange),
  body(c.GET_CONFIG_response, configData),
  body(c.SET_CONFIG_request, configData),
  body(c.SET_CONFIG_response, configData),
  body(c.GET_DEVICE_STATUS_request, empty),
  body(c.GET_DEVICE_STATUS_response, deviceStatus),
  body(c.SET_DEVICE_STATUS_request, deviceStatus),
  body(c.SET_DEVICE_STATUS_response, deviceStatus),
  body(c.GET_VQUEUE_request, index),
  body(c.GET_VQUEUE_response, queueState),
  body(c.SET_VQUEUE_request, queueSetup),
  body(c.SET_VQUEUE_response, empty),
  body(c.RESET_VQUEUE_request, index),
  body(c.RESET_VQUEUE_response, empty),
  body(c.GET_SHM_request, index),
  body(c.GET_SHM_response, region32),
  body(c.EVENT_CONFIG_event, configEvent),
  body(c.EVENT_AVAIL_event, availEvent),
  body(c.EVENT_USED_event, usedEvent),
  body(c.GET_DEVICES_request, deviceWindow),
  body(c.GET_DEVICES_response, devicePage),
  body(c.PING_request, ping),
  body(c.PING_response, ping),
  body(c.EVENT_DEVICE_event, deviceEvent),
];
