import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Revocation } from './revocations.ts'
import type { AuthWorld, TestBrowser } from '#test/auth-world.ts'
import { PASSWORD, openAuthWorld, tokenOf } from '#test/auth-world.ts'

let world: AuthWorld
let mara: TestBrowser
let teamId: string
beforeEach(async () => {
  world = await openAuthWorld()
  mara = await world.owner()
  teamId = (await mara.me()).teamId
})
afterEach(() => world.close())

const id = async (browser: TestBrowser) => (await browser.me()).userId
const setRole = async (by: TestBrowser, of: string, role: string) =>
  await by.send('PATCH', `/teams/${teamId}/members/${of}`, { role })
const invite = async (by: TestBrowser, role: string) => await by.post(`/teams/${teamId}/invitations`, { role })

describe('invitations', () => {
  test('the link brings a new person into the team with the chosen role', async () => {
    const jonas = await world.joined(mara, 'viewer')
    const me = await jonas.get('/me')
    expect(me.body).toMatchObject({ team: { id: teamId }, role: 'viewer', teams: [{ id: teamId, role: 'viewer' }] })
    expect(world.rows.get(`member/${teamId}/${await id(jonas)}`)).toMatchObject({ role: 'viewer', hue: 2 })
  })

  test('it shows who invites to what, can be copied again while open, and works once', async () => {
    const made = await invite(mara, 'member')
    const token = tokenOf(String(made.body['url']))
    const look = await world.browser().post('/auth/links/look', { kind: 'invite', token })
    expect(look.body).toMatchObject({ offer: { teamName: 'Mara Lind’s team', role: 'member', invitedBy: 'Mara Lind' } })
    expect((await mara.get(`/teams/${teamId}/invitations`)).body).toMatchObject({
      invitations: [{ url: made.body['url'] }],
    })
    const step = { kind: 'invite', token, name: 'Ada', email: 'ada@example.test' }
    expect((await world.browser().post('/auth/links/password', { step, password: PASSWORD })).status).toBe(201)
    const again = await world
      .browser()
      .post('/auth/links/password', { step: { ...step, email: 'b@example.test' }, password: PASSWORD })
    expect(again.status).toBe(410)
    expect(again.body['error']).toBe('This invitation has been used.')
    expect((await mara.get(`/teams/${teamId}/invitations`)).body).toEqual({ invitations: [] })
  })

  test('many at once bring one person', async () => {
    const token = tokenOf(String((await invite(mara, 'member')).body['url']))
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        world.browser().post('/auth/links/password', {
          step: { kind: 'invite', token, name, email: `${name}@example.test` },
          password: PASSWORD,
        }),
      ),
    )
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([201, 410, 410])
    expect(await world.database.query('select 1 from "user"')).toHaveLength(2)
  })

  test('it ends after seven days, when revoked, and when the inviter loses the right to give the role', async () => {
    const token = async () => tokenOf(String((await invite(mara, 'member')).body['url']))
    const look = async (given: string) =>
      (await world.browser().post('/auth/links/look', { kind: 'invite', token: given })).body['error']
    const revoked = await invite(mara, 'member')
    expect((await mara.send('DELETE', `/teams/${teamId}/invitations/${String(revoked.body['id'])}`)).status).toBe(200)
    expect(await look(tokenOf(String(revoked.body['url'])))).toBe('This invitation was revoked.')
    expect((await mara.send('DELETE', `/teams/${teamId}/invitations/${String(revoked.body['id'])}`)).status).toBe(404)

    const admin = await world.joined(mara, 'admin')
    const byAdmin = tokenOf(
      String((await invite(admin, 'admin')).body['url'] ?? (await invite(admin, 'member')).body['url']),
    )
    await setRole(mara, await id(admin), 'member')
    const step = { kind: 'invite', token: byAdmin, name: 'Ada', email: 'ada@example.test' }
    expect((await world.browser().post('/auth/links/password', { step, password: PASSWORD })).status).toBe(410)

    const late = await token()
    world.clock.now += 7 * 24 * 60 * 60_000
    expect(await look(late)).toBe('This invitation has expired.')
  })

  test('a forged or changed token is unknown, and says nothing of who has an account', async () => {
    const token = tokenOf(String((await invite(mara, 'member')).body['url']))
    const [name, signature] = token.split('.')
    const wrong = [
      `${name}.`,
      `${name}`,
      `${name}.${signature}x`,
      `${'0'.repeat(32)}.${signature}`,
      `${name}.${signature?.slice(0, -2)}`,
      `${token}.1`,
    ]
    for (const given of wrong) {
      const step = { kind: 'invite', token: given, name: 'Ada', email: 'mara@example.test' }
      expect((await world.browser().post('/auth/links/password', { step, password: PASSWORD })).status, given).toBe(404)
    }
  })

  test('somebody with an account joins with it, once', async () => {
    const jonas = await world.joined(mara, 'member')
    const made = await jonas.post('/teams', { name: 'Northwind' })
    const northwind = String(made.body['id'])
    await jonas.post('/me/team', { teamId: northwind })
    const invitation = await jonas.post(`/teams/${northwind}/invitations`, { role: 'admin' })
    const token = tokenOf(String(invitation.body['url']))
    const taken = await world.browser().post('/auth/links/password', {
      step: { kind: 'invite', token, name: 'Mara', email: 'mara@example.test' },
      password: PASSWORD,
    })
    expect(taken.status).toBe(409)
    expect((await mara.post('/invitations/accept', { token })).body).toEqual({ teamId: northwind })
    expect((await mara.get('/me')).body).toMatchObject({ team: { id: northwind, name: 'Northwind' }, role: 'admin' })
    expect((await mara.post('/invitations/accept', { token })).status).toBe(410)
    const second = tokenOf(String((await jonas.post(`/teams/${northwind}/invitations`, { role: 'owner' })).body['url']))
    expect((await mara.post('/invitations/accept', { token: second })).status).toBe(409)
    expect((await world.browser().post('/invitations/accept', { token: second })).status).toBe(401)
  })
})

describe('roles', () => {
  test('members and viewers manage nothing', async () => {
    for (const role of ['member', 'viewer'] as const) {
      const person = await world.joined(mara, role, `A ${role}`)
      const target = await id(mara)
      expect((await invite(person, 'viewer')).status).toBe(403)
      expect((await person.get(`/teams/${teamId}/invitations`)).status).toBe(403)
      expect((await setRole(person, target, 'viewer')).status).toBe(403)
      expect((await setRole(person, await id(person), 'owner')).status).toBe(403)
      expect((await setRole(person, await id(person), 'admin')).status).toBe(403)
      expect((await person.send('DELETE', `/teams/${teamId}/members/${target}`)).status).toBe(403)
      expect((await person.send('PATCH', `/teams/${teamId}`, { name: 'Mine' })).status).toBe(403)
      expect((await person.get(`/teams/${teamId}/runner-keys`)).status).toBe(403)
      expect((await person.post(`/teams/${teamId}/runner-keys`, { name: 'x' })).status).toBe(403)
      // Authority before existence: the same answer for what is there and what is not.
      expect((await setRole(person, 'nobody', 'viewer')).status).toBe(403)
      expect((await person.send('DELETE', `/teams/${teamId}/runner-keys/nothing`)).status).toBe(403)
      expect((await person.send('DELETE', `/teams/${teamId}/invitations/nothing`)).status).toBe(403)
    }
  })

  test('an admin can’t rise, make owners, or touch owners and other admins', async () => {
    const admin = await world.joined(mara, 'admin')
    const other = await world.joined(mara, 'admin', 'Olu')
    const member = await world.joined(mara, 'member', 'Ada')
    expect((await setRole(admin, await id(admin), 'owner')).status).toBe(403)
    expect((await setRole(admin, await id(member), 'owner')).status).toBe(403)
    expect((await setRole(admin, await id(mara), 'viewer')).status).toBe(403)
    expect((await setRole(admin, await id(other), 'viewer')).status).toBe(403)
    expect((await invite(admin, 'owner')).status).toBe(403)
    expect((await admin.send('DELETE', `/teams/${teamId}/members/${await id(mara)}`)).status).toBe(403)
    expect((await setRole(admin, await id(member), 'viewer')).status).toBe(200)
    expect((await admin.send('DELETE', `/teams/${teamId}/members/${await id(member)}`)).status).toBe(200)
  })

  test('a change counts at once, in the session, the rows and for open connections', async () => {
    const jonas = await world.joined(mara, 'viewer')
    const heard: Revocation[] = []
    world.auth.onRevoked((revocation) => void heard.push(revocation))
    await setRole(mara, await id(jonas), 'admin')
    expect((await jonas.get('/me')).body['role']).toBe('admin')
    expect(world.rows.get(`member/${teamId}/${await id(jonas)}`)).toMatchObject({ role: 'admin', hue: 2 })
    expect(heard).toContainEqual({ type: 'membership', teamId, userId: await id(jonas) })
  })

  test('the last owner neither leaves nor steps down, also when two do it at once', async () => {
    const own = await id(mara)
    expect((await setRole(mara, own, 'member')).status).toBe(409)
    expect((await mara.send('DELETE', `/teams/${teamId}/members/${own}`)).status).toBe(409)
    const jonas = await world.joined(mara, 'owner')
    const answers = await Promise.all([setRole(mara, own, 'admin'), setRole(jonas, await id(jonas), 'admin')])
    expect(answers.map((answer) => answer.status).sort((a, b) => a - b)).toEqual([200, 409])
    const owners = await world.database.query("select 1 from member where role = 'owner'")
    expect(owners).toHaveLength(1)
  })

  test('who is removed loses the team at once and keeps a team of their own', async () => {
    const jonas = await world.joined(mara, 'member')
    const userId = await id(jonas)
    expect((await mara.send('DELETE', `/teams/${teamId}/members/${userId}`)).status).toBe(200)
    expect(world.rows.has(`member/${teamId}/${userId}`)).toBe(false)
    expect((await jonas.get('/me')).body).toMatchObject({ team: { name: 'Jonas Orr’s team' }, role: 'owner' })
    expect((await jonas.get(`/teams/${teamId}/members`)).status).toBe(404)
    expect((await mara.send('DELETE', `/teams/${teamId}/members/${userId}`)).status).toBe(404)
  })
})

describe('another team', () => {
  test('its ids are unknown to who is not in it, whatever they ask', async () => {
    const jonas = await world.joined(mara, 'member')
    const other = String((await jonas.post('/teams', { name: 'Northwind' })).body['id'])
    const asked = [
      await mara.get(`/teams/${other}/members`),
      await mara.get(`/teams/${other}/invitations`),
      await mara.get(`/teams/${other}/runner-keys`),
      await mara.post(`/teams/${other}/invitations`, { role: 'owner' }),
      await mara.post(`/teams/${other}/runner-keys`, { name: 'x' }),
      await mara.send('PATCH', `/teams/${other}`, { name: 'Mine' }),
      await mara.send('PATCH', `/teams/${other}/members/${await id(mara)}`, { role: 'owner' }),
      await mara.post('/me/team', { teamId: other }),
    ]
    expect(asked.map((answer) => answer.status)).toEqual(asked.map(() => 404))
  })

  test('an owner’s rights end at their own team', async () => {
    const jonas = await world.joined(mara, 'member')
    const other = String((await jonas.post('/teams', { name: 'Northwind' })).body['id'])
    const invitation = await jonas.post(`/teams/${other}/invitations`, { role: 'viewer' })
    const key = await jonas.post(`/teams/${other}/runner-keys`, { name: 'devbox' })
    expect((await mara.send('DELETE', `/teams/${teamId}/invitations/${String(invitation.body['id'])}`)).status).toBe(
      404,
    )
    expect((await mara.send('DELETE', `/teams/${teamId}/runner-keys/${String(key.body['id'])}`)).status).toBe(404)
    expect(
      await world.auth.authenticateRunner(new Headers({ authorization: `Bearer ${String(key.body['key'])}` })),
    ).toMatchObject({ teamId: other, name: 'devbox' })
  })

  test('a crash between commit and rows is mended at the next start', async () => {
    const before = new Map(world.rows)
    world.rows.clear()
    await world.auth.start()
    expect(world.rows).toEqual(before)
  })
})
