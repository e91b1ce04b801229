-- Drives rspamd's lua_mime.add_text_footer as `rspamadm mime modify` does, but in one
-- process and writing to a file. rspamd's own parsing of the message is in the time.
-- Arguments: footer.txt footer.html; see __init__.py for the lines it reads.
local rspamd_task = require "rspamd_task"
local rspamd_url = require "rspamd_url"
local lua_mime = require "lua_mime"

local function content_of(path)
  local file = assert(io.open(path, "rb"))
  local content = file:read("*all")
  file:close()
  return content
end

local function header_lines(task, rewrite, write)
  local seen_cte
  task:headers_foreach(function(name, header)
    local lower = name:lower()
    if rewrite.need_rewrite_ct and lower == "content-type" then
      write(string.format("Content-Type: %s/%s; charset=utf-8",
          rewrite.new_ct.type, rewrite.new_ct.subtype))
    elseif rewrite.need_rewrite_ct and lower == "content-transfer-encoding" then
      seen_cte = true
      write("Content-Transfer-Encoding: " .. (rewrite.new_cte or "quoted-printable"))
    else
      write((header.raw:gsub("\r?\n?$", "")))
    end
  end, { full = true })
  if rewrite.need_rewrite_ct and not seen_cte then
    write("Content-Transfer-Encoding: " .. (rewrite.new_cte or "quoted-printable"))
  end
  write("")
end

local function signed(source, target, text, html)
  local ok, task = rspamd_task.load_from_file(source, rspamd_config)
  assert(ok and task:process_message())
  local rewrite = lua_mime.add_text_footer(task, html, text) or {}
  local out = assert(io.open(target, "wb"))
  header_lines(task, rewrite, function(line) out:write(line, "\r\n") end)
  for _, piece in ipairs(rewrite.out or { { task:get_rawbody(), false } }) do
    if type(piece) == "table" then
      out:write(tostring(piece[1]), piece[2] and "\r\n" or "")
    else
      out:write(tostring(piece), "\r\n")
    end
  end
  out:close()
  task:destroy()
end

rspamd_url.init(rspamd_config:get_tld_path())
local footers = {}
for _, value in ipairs(arg or {}) do
  if value:match("footer%.") then footers[#footers + 1] = value end
end
local text, html = content_of(footers[1]), content_of(footers[2])
for line in io.lines() do
  local source, target, repetitions = line:match("^([^\t]+)\t([^\t]+)\t(%d+)$")
  local times = {}
  for number = 1, tonumber(repetitions) do
    local start = os.clock()
    signed(source, target, text, html)
    times[number] = string.format("%d", (os.clock() - start) * 1e9)
  end
  io.write("[", table.concat(times, ","), "]\n")
  io.flush()
end
