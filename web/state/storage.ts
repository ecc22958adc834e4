import type { DeviceStorage } from '../pwa/storage.ts'
import { createStrictContext } from './context.ts'

export const [DeviceStorageContext, useDeviceStorage] = createStrictContext<DeviceStorage>('DeviceStorage')
