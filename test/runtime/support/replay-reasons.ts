/**
 * Why answers of ours differ from captured ones: a quirk of the peer, or what we keep to. Numbers are sections of the state
 * tables. The first ones are quirks a bus of ours can be told of, under the same names.
 */
export const REASONS = {
  'bus-answers-without-token': 'answers to bus messages carry token 0; ours the token of the request (S3)',
  'next-offset-never-zero': 'next_offset is the end of the window even where no device follows; ours is 0 there (7.2)',
  'size-before-setup': 'the current size of a queue equals the largest before any setup; ours is 0 (R28)',
  'count-is-popcount': 'count is how many devices the window has; ours is how many numbers it has (7.2)',
  'reset-is-fatal': 'writing status 0 ends the peer; ours is reset (9.4)',
  'no-bus-messages': 'the bus has no bus messages; ours tells of a device by EVENT_DEVICE unless told so (2.1)',

  // QEMU
  'no-device-events': 'EVENT_DEVICE is never sent; ours tells of a device that is added (2.1)',
  'size-counts-devices': 'msg_size of a page has a byte per number; the bitmap has a bit (7.2)',
  'knows-32':
    'only numbers 0 to 31 are there: windows are cut to them, requests beyond are dropped; ours has 65536 (7.2, 9.2)',
  'any-window': 'windows at any offset, of any length, none included; ours are multiples of 8 and not empty (7.2)',
  'first-window-only': 'whatever is asked, the page is of numbers 0 to 31, or longer than its message (7.2)',
  'bus-messages-unchecked':
    'size, device number and response bit of bus messages are not looked at (1: bad_size, no_device, wrong_dir)',
  'no-ping': 'PING is dropped; ours is echoed (2.1)',
  'no-shm': 'GET_SHM is dropped; ours answers that there is no region (9.2)',
  'token-0-taken': 'a request with token 0 is answered; ours is dropped (1, step 11)',
  'vendor-of-nobody': 'a number without a device has a vendor and features; ours is all zeros (9.2)',
  'nobody-answers': 'requests to a number without a device are answered; ours are dropped (1, step 12)',
  'queues-of-the-array': 'max_virtqueues is the room for queues; ours is how many there are (9.2)',
  'blocks-cut': 'a window of feature blocks is cut to what fits; ours is dropped where it does not (9.2)',
  'no-blocks-dropped': 'SET_DRIVER_FEATURES of no blocks is dropped; ours does nothing and is answered (9.2)',
  'features-unchecked': 'FEATURES_OK is never refused; ours is, without VERSION_1 or with a bit not offered (9.3)',
  'status-unchecked': 'the status becomes whatever is written; ours follows the order of initialisation (9.1)',
  'config-of-ones': 'configuration that is not there reads as 0xff; ours is answered with no data (10)',
  'config-cut-dropped': 'a read that cannot be answered in one message is dropped; ours is answered with no data (10)',
  'config-write-echoed': 'a write to configuration that is not there is answered as if taken; ours with no data (10)',
  'queue-unchecked': 'a queue may be set up in any state with any size and address; ours in order only (9.2, 12.1)',
  'queue-1024-dropped': 'SET_VQUEUE beyond the room for queues is dropped; ours does nothing and is answered (9.2)',
  'early-kick-breaks': 'EVENT_AVAIL before DRIVER_OK is an error of the device; ours is ignored or remembered (9.2)',
  'bad-kick-breaks': 'EVENT_AVAIL of a queue that is not there is an error of the device; ours is dropped (9.2)',
  'errors-untold': 'an error of the device is not told; ours is, by EVENT_CONFIG (9.5)',
  'error-has-generation':
    'an error of the device is a new generation; ours is one only where the configuration changes (10)',
  'loop-breaks': 'a chain that loops is an error of the device; ours is given back with length 0 (12.3)',
  'useless-buffer-kept':
    'a buffer that nothing can be written to stays in the ring; ours is given back with length 0 (12.2)',
  'stale-slot': 'a wild index in the queue file makes old slots be read again; ours hears one message',
  dies: 'the peer ends; ours goes on as the tables have it',

  // OP-TEE
  'refused-window-empty':
    'a window not to its liking is answered with none; ours is answered, shortened or dropped (1, 7.2)',
  'events-answered': 'an event gets a header back, the bus being one of calls; ours gets nothing (S4)',
  'blocks-beyond-empty': 'a window beyond the last feature block has no blocks; ours has zeros, or is dropped (9.2)',
  'bad-range-zeros': 'a range that is not there is answered with zeros all over; ours names the offset (10)',
  'sizes-exact': 'a message longer than its body is answered with zeros; surplus is nothing to ours (1, step 10)',
  'short-answered': 'a message shorter than its body is answered with zeros; ours is dropped (1, step 10)',

  // Ours
  'config-event-has-data': 'one range that changed is told with its bytes; the throwaway device never told any (10)',
} as const;

export type Reason = keyof typeof REASONS;
