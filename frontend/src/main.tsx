import './app/app.css'
import '@fontsource-variable/inter'
import 'virtual:mantine.css'
import '@mantine/notifications/styles.layer.css'
import 'virtual:theme.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from '@/app/app'
import { queryClient } from '@/app/query-client'
import { askForHome } from '@/app/routes/home'
import { startTexts } from '@/lib/i18n'
import { isLaunchLink, readToken } from '@/lib/session/session'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

// What the first page shows is on its way while the page is being made.
if (readToken() !== null && !isLaunchLink() && window.location.pathname === '/') askForHome(queryClient)
await startTexts()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
