export default {
  run: {
    state: {
      queued: 'Waiting',
      starting: 'Starting',
      running: 'Training',
      finalizing: 'Finishing',
      paused: 'Paused',
      succeeded: 'Done',
      failed: 'Failed',
      stopped: 'Stopped',
      stopping: 'Stopping',
    },
    waits: 'Waits for its turn.',
    noProgress: 'The trainer has not said anything yet.',
    stepOf: 'Step {{step}} of {{total}}',
    lossIs: 'loss {{loss}}',
    timeLeft: '{{time}} left',
    progressOf: 'Progress of {{name}}',
    madeOf: '{{model}} on {{dataset}}',
  },
  report: {
    fromTo: '{{metric}} {{base}} → {{tuned}}',
  },
}
