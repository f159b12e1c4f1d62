import {defineConfig} from '@playwright/test';
import {chromium, shop} from './world.ts';

// Every wait is bounded, and long enough for a machine that does much else.
const patience = 60_000;

export default defineConfig({
  testDir: '.',
  workers: 1,
  forbidOnly: true,
  timeout: 20 * patience,
  expect: {timeout: patience, toPass: {timeout: patience}},
  reporter: [['list', {printSteps: true}]],
  outputDir: 'results',
  use: {
    baseURL: shop,
    viewport: {width: 1400, height: 900},
    colorScheme: 'light',
    contextOptions: {reducedMotion: 'reduce'},
    actionTimeout: patience,
    navigationTimeout: patience,
    launchOptions: {
      executablePath: chromium,
      chromiumSandbox: false,
      args: ['--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
