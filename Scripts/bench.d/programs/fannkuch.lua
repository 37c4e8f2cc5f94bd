local function fannkuch(n)
  local order, count = {}, {}
  for i = 0, n - 1 do order[i] = i; count[i] = 0 end
  local most, checksum, turn, r = 0, 0, 0, n
  while true do
    while r ~= 1 do count[r - 1] = r; r = r - 1 end
    local flips, work = 0, {}
    for i = 0, n - 1 do work[i] = order[i] end
    local first = work[0]
    while first ~= 0 do
      local low, high = 0, first
      while low < high do
        work[low], work[high] = work[high], work[low]
        low, high = low + 1, high - 1
      end
      flips = flips + 1
      first = work[0]
    end
    if flips > most then most = flips end
    checksum = checksum + (turn % 2 == 0 and flips or -flips)
    while true do
      if r == n then return checksum, most end
      local head = order[0]
      for i = 0, r - 1 do order[i] = order[i + 1] end
      order[r] = head
      count[r] = count[r] - 1
      if count[r] > 0 then break end
      r = r + 1
    end
    turn = turn + 1
  end
end
local checksum, most = fannkuch(8)
print(checksum .. " " .. most)
