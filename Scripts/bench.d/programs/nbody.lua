local SOLAR, DAYS = 39.47841760435743, 365.24
local bodies = {
  {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, SOLAR},
  {4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
   0.00166007664274403694 * DAYS, 0.00769901118419740425 * DAYS, -0.0000690460016972063023 * DAYS,
   0.000954791938424326609 * SOLAR},
  {8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
   -0.00276742510726411210 * DAYS, 0.00499852801234917238 * DAYS, 0.0000230417297573763929 * DAYS,
   0.000285885980666130812 * SOLAR},
  {12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
   0.00296460137564761618 * DAYS, 0.00237847173959480950 * DAYS, -0.0000296589568540237556 * DAYS,
   0.0000436624404335156298 * SOLAR},
}
local function advance(steps, dt)
  local n = #bodies
  for _ = 1, steps do
    for i = 1, n do
      local a = bodies[i]
      for j = i + 1, n do
        local b = bodies[j]
        local dx, dy, dz = a[1] - b[1], a[2] - b[2], a[3] - b[3]
        local square = dx * dx + dy * dy + dz * dz
        local pull = dt / (square * square ^ 0.5)
        local ma, mb = a[7] * pull, b[7] * pull
        a[4] = a[4] - dx * mb
        a[5] = a[5] - dy * mb
        a[6] = a[6] - dz * mb
        b[4] = b[4] + dx * ma
        b[5] = b[5] + dy * ma
        b[6] = b[6] + dz * ma
      end
    end
    for _, a in ipairs(bodies) do
      a[1] = a[1] + dt * a[4]
      a[2] = a[2] + dt * a[5]
      a[3] = a[3] + dt * a[6]
    end
  end
end
advance(40000, 0.01)
for _, a in ipairs(bodies) do print(string.format("%.9f %.9f %.9f", a[1], a[2], a[3])) end
